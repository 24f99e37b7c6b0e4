import { hex } from "../../support/hex.js";

/** snmpbulkget -v2c -c public -Cn1 -Cr3, of two columns of a table. */
export const bulkRequest = hex(`
  30 46  02 01 01  04 06 70 75 62 6c 69 63
  a5 39  02 04 5a 7d 3e cb  02 01 01  02 01 03
  30 2b
  30 13  06 0f 2b 06 01 04 01 bf 08 ce 0f ce 0f 01 01 04 01  05 00
  30 14  06 10 2b 06 01 04 01 bf 08 ce 0f ce 0f 01 01 09 ce 10  05 00`);

/** The answer it got, which it printed as INTEGER 11 and Counter64 0, 1000000007 and 2000000014. */
export const bulkResponse = hex(`
  30 79  02 01 01  04 06 70 75 62 6c 69 63
  a2 6c  02 04 5a 7d 3e cb  02 01 00  02 01 00
  30 5e
  30 14  06 0f 2b 06 01 04 01 bf 08 ce 0f ce 0f 01 01 04 02  02 01 0b
  30 14  06 0f 2b 06 01 04 01 bf 08 ce 0f ce 0f 01 01 0a 01  46 01 00
  30 17  06 0f 2b 06 01 04 01 bf 08 ce 0f ce 0f 01 01 0a 02  46 04 3b 9a ca 07
  30 17  06 0f 2b 06 01 04 01 bf 08 ce 0f ce 0f 01 01 0a 03  46 04 77 35 94 0e`);

/** How snmpget asks an engine for its name: no user, no engine ID, a GetRequest for nothing. */
export const discovery = hex(`
  30 3e  02 01 03
  30 11  02 04 71 3e 12 9c  02 03 00 ff e3  04 01 04  02 01 03
  04 10  30 0e  04 00  02 01 00  02 01 00  04 00  04 00  04 00
  30 14  04 00  04 00  a0 0e  02 04 19 d1 9a ec  02 01 00  02 01 00  30 00`);

/** The Report it got: usmStatsUnknownEngineIDs.0 is 1. */
export const discoveryReport = hex(`
  30 71  02 01 03
  30 11  02 04 71 3e 12 9c  02 03 00 ff e3  04 01 00  02 01 03
  04 21  30 1f  04 11 80 00 00 00 06 01 02 03 04 05 06 07 08 09 10 11 12  02 01 01  02 01 00  04 00  04 00  04 00
  30 36  04 11 80 00 00 00 06 01 02 03 04 05 06 07 08 09 10 11 12  04 00
  a8 1f  02 04 19 d1 9a ec  02 01 00  02 01 00
  30 11  30 0f  06 0a 2b 06 01 06 03 0f 01 01 04 00  41 01 01`);

/**
 * The GetRequest for 1.3.6.1.4.1.8072.9999.9999.1.1.4.1 that followed, by user "u" with SHA-256 ("authpassword") and AES
 * ("privpassword"), at boots 1 and time 0.
 */
export const secretRequest = hex(`
  30 81 98  02 01 03
  30 11  02 04 71 3e 12 9b  02 03 00 ff e3  04 01 07  02 01 03
  04 42  30 40  04 11 80 00 00 00 06 01 02 03 04 05 06 07 08 09 10 11 12  02 01 01  02 01 00  04 01 75
         04 18 55 57 6a 80 70 76 16 e0 3a df 9d 8e f4 b5 17 2a 65 f1 32 56 0c cf cb 75
         04 08 78 2b 01 03 8a ce e8 cc
  04 3c  22 75 72 56 54 cf 11 51 85 4e b5 fb bc d9 62 e8 10 61 07 18 90 2c e3 ac 0d 93 bf aa 84 af e4
         3d b3 ae ac dd 05 a8 e0 5d 2d 95 2e 25 d4 24 f7 0c 83 08 ff d1 fd 49 c0 57 a5 f3 d8 af`);

/** The answer it got, which snmpget could decrypt and printed as INTEGER 4. */
export const secretResponse = hex(`
  30 81 99  02 01 03
  30 11  02 04 71 3e 12 9b  02 03 00 ff e3  04 01 03  02 01 03
  04 42  30 40  04 11 80 00 00 00 06 01 02 03 04 05 06 07 08 09 10 11 12  02 01 01  02 01 00  04 01 75
         04 18 bd 19 ba c9 fb d8 46 57 10 31 00 86 99 2c e2 a9 5e ff 15 6e 8b 94 09 8d
         04 08 91 5c b8 e2 17 d6 0a aa
  04 3d  af f6 2e 28 26 6a 58 2e 6c 61 03 9f ac 05 90 23 b0 ef 5b 47 bc 01 0d 45 61 2a 27 b5 1d 40 d7
         0d a4 4d c4 3c 2c 0b 6d 7d 08 b8 ea 96 b3 a3 ed 7f 22 fd 64 25 61 44 e3 22 14 7c 13 6b f4`);
