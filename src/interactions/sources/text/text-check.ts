/** What the bytes of a file say about its text: UTF-8 with a few bad lines, plainly not UTF-8, or UTF-16. */
import { isAscii, isUtf8 } from "node:buffer";

const LINE_END = 0x0a;

export class TextCheck {
  isUtf16 = false;
  /** Lines so far; only those of pieces with other bytes than ASCII are looked at one by one. */
  private lines = 0;
  private bytes = 0;
  private oddLines = 0;
  private utf8Lines = 0;
  private rest: Buffer = Buffer.alloc(0);

  /** Pieces of the file in order; a line may be cut between two. */
  take(chunk: Buffer): void {
    if (this.bytes === 0) this.isUtf16 = /^(fffe|feff)/.test(chunk.toString("hex", 0, 2));
    this.bytes += chunk.length;
    const end = chunk.lastIndexOf(LINE_END) + 1;
    // A file without line ends is no text table; its rest must not grow without bound.
    if (end === 0 && this.rest.length > LONGEST_REST) return;
    if (end === 0) {
      this.rest = Buffer.concat([this.rest, chunk]);
      return;
    }
    this.look(this.rest.length === 0 ? chunk.subarray(0, end) : Buffer.concat([this.rest, chunk.subarray(0, end)]));
    this.rest = Buffer.from(chunk.subarray(end));
  }

  /** After the last piece. */
  facts(): { readonly isUtf8: boolean; readonly oddLines: number } {
    if (this.rest.length > 0) this.look(this.rest);
    this.rest = Buffer.alloc(0);
    return { isUtf8: !this.isPlainlyOther(), oddLines: this.oddLines };
  }

  /**
   * Text of another encoding has bytes that are not UTF-8 in nearly every line beyond ASCII, and not in one line of
   * many alone: a damaged byte in a file of UTF-8 or ASCII makes one bad line, not another encoding.
   */
  private isPlainlyOther(): boolean {
    const share = this.oddLines / Math.max(1, this.lines);
    return share >= (this.oddLines > 1 ? MUCH : MUCH_OF_ONE) && this.utf8Lines <= this.oddLines * FEW_BESIDE;
  }

  private look(piece: Buffer): void {
    if (isAscii(piece)) {
      this.lines += countLines(piece);
      return;
    }
    for (let from = 0; from < piece.length; ) {
      const found = piece.indexOf(LINE_END, from);
      const to = found < 0 ? piece.length : found + 1;
      const line = piece.subarray(from, to);
      this.lines++;
      if (!isAscii(line)) {
        if (isUtf8(line)) this.utf8Lines++;
        else this.oddLines++;
      }
      from = to;
    }
  }
}

/** Fewer odd lines than this share are what --max-bad-rows passes over unless told otherwise. */
const MUCH = 0.001;
/** What share one line alone must be of a file that is so short. */
const MUCH_OF_ONE = 0.25;
/** Letters of another encoding rarely look like UTF-8. */
const FEW_BESIDE = 0.05;
const LONGEST_REST = 2 ** 24;

function countLines(piece: Buffer): number {
  let lines = 0;
  for (let at = 0; at < piece.length; at++) if (piece[at] === LINE_END) lines++;
  return lines;
}
