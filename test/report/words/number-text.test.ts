/** Numbers as pages show them. */
import { describe, expect, it } from "@jest/globals";
import {
  axisText,
  boundText,
  bytesText,
  countText,
  durationText,
  fixedText,
  intervalText,
  percentText,
  probabilityText,
  signedText,
  significantText,
} from "../../../src/report/words/number-text.ts";

describe("numbers as text", () => {
  it.each([
    [fixedText(0.48366), "0.4837"],
    [fixedText(-0.5, 1), "−0.5"],
    [fixedText(-0.00001), "0.0000"], // no minus before a zero
    [fixedText(null), "–"],
    [fixedText(Number.NaN), "–"],
    [signedText(0.02), "+0.0200"],
    [signedText(-0.02), "−0.0200"],
    [signedText(0.00001), "0.0000"],
    [significantText(0.004123), "0.00412"],
    [significantText(0), "0"],
    [significantText(12.345), "12.3"],
    [significantText(-1234.5), "−1,235"],
    [significantText(1.2e-6), "1.20e−6"],
    [significantText(2_500_000), "2.50e6"],
    [axisText(0.05), "0.05"],
    [axisText(250), "250"],
    [axisText(40_000), "40k"],
    [axisText(1_200_000), "1.2M"],
    [axisText(2e-4), "2e−4"],
    [axisText(-0.5), "−0.5"],
    [countText(57_999), "57,999"],
    [countText(-1_048_576), "−1,048,576"],
    [countText(999), "999"],
    [probabilityText(0.00002), "<0.0001"],
    [probabilityText(0.0499), "0.0499"],
    [boundText(0.0003, true), "at most 0.0003"],
    [boundText(1 / 10_001, true), "at most 0.0001"],
    [boundText(0.00002, true), "<0.0001"],
    [boundText(0.0003, false), "0.0003"],
    [intervalText({ low: -0.1, high: 0.2 }, 2), "−0.10 to 0.20"],
    [percentText(0.4805), "48.0\u00a0%"], // 48.05 is below its tie in binary
    [bytesText(999), "999 B"],
    [bytesText(1140), "1.1 kB"],
    [bytesText(135_483_392), "135 MB"],
    [durationText(4.7), "4.7 s"],
    [durationText(59), "59 s"],
    [durationText(200), "3 min 20 s"],
    [durationText(7500), "2 h 05 min"],
  ])("%s is %s", (found, expected) => expect(found).toBe(expected));
});
