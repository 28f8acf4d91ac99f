package bellows.warden.oci;

import java.util.List;
import java.util.stream.Stream;

/**
 * The first process of a container: tini, which reaps orphans and passes signals on to the app's
 * process group, around three lines of shell, which leave the app's exit status in a file. So it
 * can be read whoever was alive when the app ended.
 *
 * <p>The file is made beforehand, with a block of its own: the status can be written though the
 * disk is full, and the app, which may write to it too, can do no more than lie about itself.
 */
public final class Init {
  /**
   * The trap keeps the shell alive until the app has had its TERM; {@code 1<>} writes over the old
   * content in place. The shell's own words about how the app died ("Terminated") do not belong
   * into the app's output.
   */
  private static final String SCRIPT =
      "trap : HUP INT TERM USR1 USR2; exec 3>&2 2>/dev/null; (exec \"$@\" 2>&3 3>&-); s=$?; echo $s 1<>"
          + Bundle.EXIT_FILE
          + "; exit $s";

  private Init() {}

  static List<String> command(List<String> command) {
    return Stream.concat(
            Stream.of("/usr/bin/tini", "-g", "--", "/bin/sh", "-c", SCRIPT, "init"),
            command.stream())
        .toList();
  }

  /** What the exit file holds before there is a status; as long as the longest status. */
  public static final String NO_STATUS = "   \n";
}
