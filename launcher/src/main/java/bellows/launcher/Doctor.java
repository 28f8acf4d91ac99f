package bellows.launcher;

import bellows.warden.machine.HostCheck;
import java.io.PrintStream;

/** Says what this machine lacks, and how to get it. */
final class Doctor {
  private Doctor() {}

  /**
   * Prints one line per finding.
   *
   * @return 0 when everything is there, else 1
   */
  static int run(PrintStream out) {
    int missing = 0;
    for (HostCheck.Finding finding : HostCheck.run()) {
      if (finding.ok()) {
        out.println("  ok       " + finding.name());
      } else {
        missing++;
        out.println("  MISSING  " + finding.name() + ": " + finding.advice());
      }
    }
    out.println(
        missing == 0
            ? "This machine can run Bellows."
            : missing + " to mend; see the lines above.");
    return missing == 0 ? 0 : 1;
  }
}
