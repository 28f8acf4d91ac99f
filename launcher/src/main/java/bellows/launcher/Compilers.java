package bellows.launcher;

import bellows.warden.kernel.KernelException;
import bellows.warden.kernel.Syscalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads by which this JVM compiles. A wake is a few milliseconds long and rare, so much of
 * what it runs is being compiled just then; each time a compiler got its method, it took the
 * processor from the app that was starting or from who served its caller, a millisecond of a wake
 * in all. Now it waits until there is time.
 */
final class Compilers {
  private static final Logger log = LoggerFactory.getLogger(Compilers.class);
  private static final Path THREADS = Path.of("/proc/self/task");

  private Compilers() {}

  /** For good; those that the JVM adds later are like those that are there. */
  static void stepBack() {
    try (Stream<Path> threads = Files.list(THREADS)) {
      threads
          .filter(Compilers::isCompiler)
          .forEach(thread -> Syscalls.waitForTurns(Integer.parseInt(thread.getFileName() + "")));
    } catch (IOException | KernelException e) {
      log.atDebug().setCause(e).log("compilers.in_front");
    }
  }

  private static boolean isCompiler(Path thread) {
    try {
      return Files.readString(thread.resolve("comm")).matches("C[12] Compiler.*\\s*");
    } catch (IOException e) {
      return false; // ended meanwhile
    }
  }
}
