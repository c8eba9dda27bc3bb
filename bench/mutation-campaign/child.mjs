/** Damages files and runs commands on them, case by case; it may die of it: see mutation-campaign.mjs. */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { mutate, seededRandom } from "./mutate.mjs";
import { openProgram } from "./program.mjs";
import { bytesOf, makeSubjects } from "./subjects.mjs";

const { values } = parseArgs({
  options: Object.fromEntries(
    ["dist", "folder", "first", "end", "seed", "groups"].map((name) => [name, { type: "string" }]),
  ),
});

/** Words of a library or of the language where ours should stand. */
const RAW =
  /\b(Type|Range|Reference|Syntax)Error\b|(?<!received )\bundefined\b|\[object |^\s+at .*:\d+:\d+|Cannot read prop|is not a function|INTERNAL|(Binder|Invalid Input|Conversion|IO|Serialization|Parser|Catalog|Invalid|Out of Range) Error|TProtocol|std::/im;

const run = await openProgram(values.dist);
const all = await makeSubjects(values.folder, run);
const subjects = values.groups === "" ? all : all.filter(({ group }) => values.groups.split(",").includes(group));
const groups = [...new Set(subjects.map(({ group }) => group))];
const outcomes = {};
process.send({ ready: subjects.length });
for (let number = Number(values.first); number < Number(values.end); number++) {
  const random = seededRandom(Number(values.seed) * 1_000_003 + number);
  // Groups in turn, so that a study's many files do not outnumber the logs.
  const group = groups[number % groups.length];
  const ofGroup = subjects.filter((subject) => subject.group === group);
  const { file, isSealed = false, commands } = ofGroup[Math.floor(random() * ofGroup.length)];
  const good = bytesOf(file);
  const other = bytesOf(subjects[Math.floor(random() * subjects.length)].file);
  const { kind, changed } = mutate(good, other, random);
  const command = commands[Math.floor(random() * commands.length)];
  process.send({ begins: number, file, kind, command: command[0] });
  writeFileSync(file, changed);
  const { status, said } = await run([...command, "--quiet"]).catch((error) => ({
    status: "thrown",
    said: String(error?.stack),
  }));
  writeFileSync(file, good);
  const problem =
    isSealed && status !== 3 && !(status === 2 && command[0] === "verify")
      ? `accepted, status ${status}`
      : ![0, 2, 3].includes(status)
        ? `status ${status}`
        : RAW.test(said)
          ? "raw words"
          : null;
  if (problem !== null) process.send({ finding: { number, problem, file, kind, command: command[0], said } });
  const outcome = `${group}: ${command[0]} ${status}`;
  outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
}
process.send({ outcomes });
process.disconnect();
