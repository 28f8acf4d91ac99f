package bellows.dea.staging;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.dea.staging.StagingFailure.Reason;
import bellows.warden.Exit;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class VerdictTest {
  private static Optional<StagingFailure> of(
      Exit exit, Verdict.Killed killed, String said, List<String> lines, long diskBytes) {
    return Verdict.of(
        new Verdict.Ending(
            exit,
            killed,
            Optional.of(said).filter(s -> !s.isEmpty()),
            lines,
            diskBytes,
            1024,
            100,
            Duration.ofMinutes(15)));
  }

  private static StagingFailure failed(Exit exit, String said, String... lines) {
    return of(exit, Verdict.Killed.NOT, said, List.of(lines), 0).orElseThrow();
  }

  @Test
  void isContentWithAGoodEnd() {
    assertThat(of(new Exit(0, false), Verdict.Killed.NOT, "", List.of(), 100L << 20)).isEmpty();
  }

  @Test
  void namesTheLimitRatherThanTheToolThatMetIt() {
    assertThat(failed(new Exit(223, true), "Buildpack node failed", "Killed").getMessage())
        .isEqualTo("staging ran out of memory (limit 1024 MB):\nKilled");
    assertThat(failed(new Exit(223, false), "", "tar: No space left on device").getMessage())
        .startsWith("staging ran out of disk space (limit 100 MB)");
    assertThat(
            of(new Exit(223, false), Verdict.Killed.NOT, "", List.of(), 99L << 20)
                .orElseThrow()
                .getMessage())
        .startsWith("staging ran out of disk space");
    assertThat(
            of(new Exit(137, false), Verdict.Killed.TIME_EXPIRED, "", List.of(), 0)
                .orElseThrow()
                .reason())
        .isEqualTo(Reason.TIME_EXPIRED);
  }

  @Test
  void quotesTheToolsLastLinesOnce() {
    StagingFailure failure =
        failed(
            new Exit(223, false), "Buildpack x failed", "", "npm ERR! 404", "Buildpack x failed");
    assertThat(failure.getMessage()).isEqualTo("Buildpack x failed:\nnpm ERR! 404");
    assertThat(failure.reason()).isEqualTo(Reason.COMPILE_FAILED);
    assertThat(failed(new Exit(139, false), "").getMessage())
        .isEqualTo("the staging container ended with exit status 139");
  }
}
