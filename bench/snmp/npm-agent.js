import snmp from "net-snmp";

// npm's net-snmp as an agent with vmTable of as many rows as it is told, on a port of its own: prints when it is ready.

const [, , port = "0", rows = "100"] = process.argv;
const agent = snmp.createAgent({ port: Number(port), address: "127.0.0.1", disableAuthorization: true }, () => {});
const columns = [2, 3, 4, 5, 6, 7, 8, 9, 11, 13];
const texts = new Set([2, 3, 4]);
agent.registerProvider({
  name: "vmTable",
  type: snmp.MibProviderType.Table,
  oid: "1.3.6.1.2.1.236.1.4.1",
  maxAccess: snmp.MaxAccess["not-accessible"],
  tableColumns: [
    { number: 1, name: "vmIndex", type: snmp.ObjectType.Integer, maxAccess: snmp.MaxAccess["not-accessible"] },
    ...columns.map((number) => ({
      number,
      name: `column${number}`,
      type: texts.has(number) ? snmp.ObjectType.OctetString : snmp.ObjectType.Integer,
      maxAccess: snmp.MaxAccess["read-only"],
    })),
  ],
  tableIndex: [{ columnName: "vmIndex" }],
});
for (let row = 1; row <= Number(rows); row++) {
  const cells = columns.map((number) => (texts.has(number) ? `cell ${number} of ${row}` : number));
  agent.getMib().addTableRow("vmTable", [row, ...cells]);
}
process.stdout.write("ready\n");
