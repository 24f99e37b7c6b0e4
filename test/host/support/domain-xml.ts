/** The documents that define the machines under test, as an operator would write them. */

export interface QemuShape {
  readonly type: "kvm" | "qemu";
  readonly memoryMiB: number;
  /** Less than `memoryMiB` makes the balloon take the difference. */
  readonly currentMemoryMiB?: number;
  readonly vcpus: number;
  readonly currentVcpus?: number;
  /** Elements of `os` beyond the type: a kernel to boot. */
  readonly boot?: string;
  readonly devices: readonly string[];
  readonly metadata?: string;
  /** `cputune` and the like. */
  readonly tuning?: string;
}

export interface ContainerShape {
  readonly memoryMiB: number;
  readonly vcpus: number;
  readonly init: readonly string[];
  readonly devices: readonly string[];
}

export function qemuXml(name: string, uuid: string, shape: QemuShape): string {
  const { currentMemoryMiB = shape.memoryMiB, currentVcpus = shape.vcpus } = shape;
  return `<domain type='${shape.type}'>
  <name>${name}</name>
  <uuid>${uuid}</uuid>
  ${shape.metadata ?? ""}
  <memory unit='MiB'>${shape.memoryMiB}</memory>
  <currentMemory unit='MiB'>${currentMemoryMiB}</currentMemory>
  <vcpu current='${currentVcpus}'>${shape.vcpus}</vcpu>
  ${shape.tuning ?? ""}
  <os><type arch='x86_64' machine='pc'>hvm</type>${shape.boot ?? ""}</os>
  <features><acpi/></features>
  <on_poweroff>destroy</on_poweroff>
  <devices>${shape.devices.join("")}</devices>
</domain>`;
}

export function containerXml(name: string, uuid: string, shape: ContainerShape): string {
  const [program, ...args] = shape.init;
  return `<domain type='lxc'>
  <name>${name}</name>
  <uuid>${uuid}</uuid>
  <memory unit='MiB'>${shape.memoryMiB}</memory>
  <vcpu>${shape.vcpus}</vcpu>
  <os><type>exe</type><init>${program}</init>${args.map((arg) => `<initarg>${arg}</initarg>`).join("")}</os>
  <devices>${shape.devices.join("")}<console type='pty'/></devices>
</domain>`;
}

export interface DiskShape {
  readonly device?: "disk" | "cdrom" | "floppy";
  readonly format?: "raw" | "qcow2";
  /** None: a drive without a medium. */
  readonly file?: string;
  readonly target: string;
  readonly bus: "virtio" | "ide" | "sata" | "scsi" | "fdc";
  readonly readOnly?: boolean;
}

export function disk({ device = "disk", format = "raw", file, target, bus, readOnly = false }: DiskShape): string {
  const source = file === undefined ? "" : `<source file='${file}'/>`;
  return `<disk type='file' device='${device}'><driver name='qemu' type='${format}'/>${source}
    <target dev='${target}' bus='${bus}'/>${readOnly ? "<readonly/>" : ""}</disk>`;
}

/** A NIC; its option ROM is left out, since firmware that tries to boot from the network keeps a core busy. */
export function nic(kind: "user" | "bridge" | "network", mac: string, model?: string): string {
  const source = { user: "", bridge: "<source bridge='vgbr0'/>", network: "<source network='vgnet'/>" }[kind];
  const hardware = model === undefined ? "" : `<model type='${model}'/><rom enabled='no'/>`;
  return `<interface type='${kind}'><mac address='${mac}'/>${source}${hardware}</interface>`;
}

export function filesystem(source: string, target: string, readOnly = false): string {
  return `<filesystem type='mount'><source dir='${source}'/><target dir='${target}'/>${readOnly ? "<readonly/>" : ""}</filesystem>`;
}
