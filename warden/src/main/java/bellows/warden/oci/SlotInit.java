package bellows.warden.oci;

import bellows.warden.ContainerSpec;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The first two processes of a warm slot. The second one waits, as root of nothing, until a pipe
 * tells it whose it becomes; then it gives up its user for ever and becomes the program. The first
 * one is what {@link Init} is elsewhere: it reaps orphans, passes signals on to the program's
 * process group, and leaves its exit status in the file. It is told its user by the second one, so
 * that nobody waits for it, and for no fork either.
 *
 * <p>Perl, because every Debian has it and it reaches the system calls by itself: setpriv, env,
 * tini and a shell do the same in four more programs, and so in 3 ms more. The environment is set
 * last: a program loaded with capabilities must not see the app's {@code LD_PRELOAD}.
 */
public final class SlotInit {
  /** Where the pipe is inside; only root may open it. */
  public static final String PIPE = "/run/wake";

  /** The last word, by which it knows that nothing was cut off. */
  private static final String END = "go";

  private static final String SCRIPT =
      """
      my ($prctl, $groups, $gids, $uids, $limit) = map { $_ + 0 } @ARGV;
      for my $capability (0 .. 63) { last if syscall($prctl, 24, $capability, 0, 0, 0) != 0 }
      sub done { exit 125 if $_[0] != 0 }
      sub become {
        my $uid = $_[0] + 0;
        done(syscall $groups, 0, 0);
        done(syscall $gids, $uid, $uid, $uid);
        done(syscall $uids, $uid, $uid, $uid);
      }
      pipe my $told, my $tell or exit 125;
      my $app = fork;
      exit 125 unless defined $app;
      if ($app == 0) {
        setpgrp 0, 0;
        close $told;
        open my $pipe, '<', '%s' or exit 125;
        my @words = split /\\0/, do { local $/; <$pipe> };
        close $pipe;
        exit 125 unless @words and pop @words eq '%s';
        my ($uid, $files, $variables) = splice @words, 0, 3;
        syswrite $tell, $uid;
        close $tell;
        done(syscall $limit, 0, 7, pack('Q2', $files, $files), 0);
        become($uid);
        chdir shift @words or exit 125;
        %%ENV = map { split /=/, $_, 2 } splice @words, 0, $variables;
        exec { $words[0] } @words;
        my $missing = $!{ENOENT};
        print STDERR "$words[0]: $!\n";
        exit($missing ? 127 : 126);
      }
      close $tell;
      my $uid = <$told>;
      close $told;
      if (defined $uid) {
        become($uid);
        $SIG{$_} = sub { kill $_[0], -$app } for qw(HUP INT QUIT TERM USR1 USR2);
      }
      my $ended;
      do { $ended = wait } until $ended == $app or $ended < 0;
      my $status = $? & 127 ? 128 + ($? & 127) : $? >> 8;
      if (open my $file, '+<', '%s') { print $file "$status\n"; close $file }
      exit $status;
      """
          .formatted(PIPE, END, Bundle.EXIT_FILE);

  private SlotInit() {}

  /** Waits with the numbers of prctl, setgroups, setresgid, setresuid and prlimit64. */
  static List<String> command(String processor) {
    List<String> numbers =
        processor.equals("aarch64")
            ? List.of("167", "159", "149", "147", "261")
            : List.of("157", "116", "119", "117", "302");
    return Stream.concat(Stream.of("/usr/bin/perl", "-e", SCRIPT), numbers.stream()).toList();
  }

  /**
   * What to write into the pipe so that the process that waits becomes the program.
   *
   * @param openFiles at most, already within our own limit
   */
  public static byte[] become(ContainerSpec spec, long openFiles) {
    Stream<String> numbers =
        Stream.of((long) spec.uid(), openFiles, (long) spec.environment().size())
            .map(String::valueOf);
    Stream<String> variables =
        spec.environment().entrySet().stream()
            .sorted(Map.Entry.comparingByKey())
            .map(variable -> variable.getKey() + "=" + variable.getValue());
    Stream<String> directory = Stream.of(spec.directory().toString());
    return Stream.of(numbers, directory, variables, spec.command().stream(), Stream.of(END))
        .flatMap(words -> words)
        .collect(Collectors.joining("\0"))
        .getBytes(StandardCharsets.UTF_8);
  }
}
