package bellows.warden.oci;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A process that waits to become a container runtime. So what it takes the JVM to start one, 3 ms
 * with its helper and Perl, is over before anybody waits for it, and so is the copying: runtimes
 * run from a sealed copy in memory, lest a container change their file, and start once more from
 * there unless they find that they do already (1.3 ms for crun). It ends by itself when this
 * process does. For one use.
 */
final class Launcher implements AutoCloseable {
  /** The last word, by which it knows that nothing was cut off. */
  private static final String END = "go";

  /**
   * What is hidden is hidden from it alone; mounts of the host still arrive, those from before it
   * is told as well. Perl reaches the calls by itself (see {@link SlotInit}), where unshare, a
   * shell and umount are three programs and 2 ms more. MFD_CLOEXEC and MFD_ALLOW_SEALING;
   * F_ADD_SEALS with all four of Linux 3.17; CLONE_NEWNS; MS_REC and MS_SLAVE; MNT_DETACH.
   */
  private static final String SCRIPT =
      """
      my ($program, @numbers) = @ARGV;
      my ($create, $unshare, $mount, $unmount) = map { $_ + 0 } @numbers;
      my ($file) = grep { -x } map { "$_/$program" } split /:/, $ENV{PATH};
      my ($from, $to, $sealed);
      my $copy = $file ? syscall($create, $file, 3) : -1;
      if ($copy >= 0 and open $from, '<:raw', $file and open $to, '>&=', $copy) {
        while (sysread $from, my $part, 1 << 16) { syswrite $to, $part }
        $sealed = -s $to == -s $from && fcntl $to, 1033, 15;
      }
      my ($hidden, $out, $err, @words) = split /\\0/, do { local $/; <STDIN> };
      exit 0 unless @words and pop @words eq '%s';
      open STDIN, '<', '/dev/null' and open STDOUT, '>>', $out and open STDERR, '>>', $err
        or exit 125;
      my ($none, $root) = ('none', '/');
      if ($hidden eq ''
          or syscall($unshare, 0x20000) == 0
          and syscall($mount, $none, $root, 0, 0x84000, 0) == 0
          and syscall($unmount, $hidden, 2) == 0) {
        exec { "/proc/self/fd/$copy" } @words if $sealed;
        exec { $words[0] } @words;
      }
      print STDERR "$words[0]: $!\n";
      exit 125;
      """
          .formatted(END);

  private static final List<String> CALLS =
      System.getProperty("os.arch").equals("aarch64")
          ? List.of("279", "97", "40", "39")
          : List.of("319", "272", "165", "166");

  private final Process process;

  private Launcher(Process process) {
    this.process = process;
  }

  /**
   * @param program its name, as in {@code become}'s command
   */
  static Launcher start(String program) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
                Stream.of(List.of("/usr/bin/perl", "-e", SCRIPT, program), CALLS)
                    .flatMap(List::stream)
                    .toList())
            .directory(new File("/"))
            .redirectOutput(Redirect.DISCARD)
            .redirectError(Redirect.DISCARD);
    builder.environment().clear();
    builder
        .environment()
        .put("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    return new Launcher(builder.start());
  }

  /**
   * Becomes {@code command}, without input, and with outputs that are opened for appending.
   *
   * @param hidden a mount that it does not see
   * @return the process; exit code 125 when it could not become the command
   * @throws IOException when it does not live any more
   */
  Process become(@Nullable Path hidden, Path stdout, Path stderr, List<String> command)
      throws IOException {
    String words =
        Stream.of(
                Stream.of(hidden == null ? "" : "" + hidden, "" + stdout, "" + stderr),
                command.stream(),
                Stream.of(END))
            .flatMap(part -> part)
            .collect(Collectors.joining("\0"));
    try (OutputStream stdin = process.getOutputStream()) {
      stdin.write(words.getBytes(StandardCharsets.UTF_8));
    }
    return process;
  }

  /** Lets go of it, which ends it, unless it has become something. */
  @Override
  public void close() throws IOException {
    process.getOutputStream().close();
  }
}
