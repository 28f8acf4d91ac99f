package bellows.dea.staging;

import bellows.dea.staging.StagingFailure.Reason;
import bellows.warden.Exit;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** From how the runner ended to words for the person who pushed. Pure. */
final class Verdict {
  private static final double FULL = 0.97;
  private static final String NO_SPACE = "No space left on device";

  private static final long MB = 1L << 20;
  private static final int QUOTED_LINES = 12;

  private Verdict() {}

  /** Why we killed it. */
  enum Killed {
    NOT,
    TIME_EXPIRED,
    STOPPED
  }

  /**
   * @param failure what the runner says went wrong
   * @param lastLines of its output
   * @param diskBytes taken at the end
   */
  record Ending(
      Exit exit,
      Killed killed,
      Optional<String> failure,
      List<String> lastLines,
      long diskBytes,
      int memoryLimitMb,
      int diskLimitMb,
      Duration timeLimit) {}

  /** Empty when it went well. */
  static Optional<StagingFailure> of(Ending ending) {
    Exit exit = ending.exit();
    if (ending.killed() == Killed.STOPPED) {
      return failure(Reason.STAGING_ERROR, "staging was stopped");
    }
    if (ending.killed() == Killed.TIME_EXPIRED) {
      return failure(
          Reason.TIME_EXPIRED,
          "staging took longer than " + ending.timeLimit().toSeconds() + " s" + quoted(ending));
    }
    if (exit.status() == 0) {
      return Optional.empty();
    }
    if (exit.outOfMemory()) {
      return failure(
          Reason.STAGING_ERROR,
          "staging ran out of memory (limit " + ending.memoryLimitMb() + " MB)" + quoted(ending));
    }
    if (diskFull(ending)) {
      return failure(
          Reason.STAGING_ERROR,
          "staging ran out of disk space (limit " + ending.diskLimitMb() + " MB)" + quoted(ending));
    }
    String said =
        ending.failure().orElse("the staging container ended with exit status " + exit.status());
    return switch (exit.status()) {
      case 222 -> failure(Reason.NO_APP_DETECTED, said);
      case 223, 225, 226, 227 -> failure(Reason.COMPILE_FAILED, said + quoted(ending));
      case 224 -> failure(Reason.RELEASE_FAILED, said + quoted(ending));
      default -> failure(Reason.STAGING_ERROR, said + quoted(ending));
    };
  }

  /** Files of a full disk rarely end at its last byte, and a tool may have tidied up since. */
  private static boolean diskFull(Ending ending) {
    return ending.diskBytes() >= FULL * ending.diskLimitMb() * MB
        || ending.lastLines().stream().anyMatch(line -> line.contains(NO_SPACE));
  }

  private static Optional<StagingFailure> failure(Reason reason, String message) {
    return Optional.of(new StagingFailure(reason, message, null));
  }

  /** The tool's own words, which tell more than ours. */
  private static String quoted(Ending ending) {
    List<String> lines =
        ending.lastLines().stream()
            .filter(line -> !line.isBlank() && !ending.failure().equals(Optional.of(line)))
            .toList();
    if (lines.isEmpty()) {
      return "";
    }
    return ":\n"
        + String.join("\n", lines.subList(Math.max(0, lines.size() - QUOTED_LINES), lines.size()));
  }
}
