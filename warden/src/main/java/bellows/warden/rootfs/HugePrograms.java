package bellows.warden.rootfs;

import bellows.warden.BindMount;
import bellows.warden.kernel.KernelException;
import bellows.warden.kernel.Mounts;
import bellows.warden.kernel.Syscalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies of the stack's largest programs, in memory and in huge pages, which containers show in
 * place of the host's own: a start touches much of such a program, and takes one page fault for
 * each 2 MB of it instead of one for each 64 KB. Node starts 2 ms sooner. All apps of a host share
 * a copy, as they would share its page cache. There is none on a kernel without huge pages, nor
 * when memory is short. Thread-safe.
 */
public final class HugePrograms {
  private static final Logger log = LoggerFactory.getLogger(HugePrograms.class);

  /**
   * Below /usr. Python gains nothing by it, a JVM 1 ms of 31, Debian's own Node 1 ms of 94, which
   * is not worth their memory.
   */
  private static final List<Path> NAMES = List.of(Path.of("bin/node"), Path.of("local/bin/node"));

  /** Debian's own Node is a small program, and most of it a library. */
  private static final long SMALLEST = 16 << 20;

  private final Path directory;
  private final Path usr;
  private final long mostBytes;
  private boolean unfit;

  /**
   * @param directory a mount point for them; need not be there yet
   * @param usr the host's programs
   * @param mostBytes for all copies together; none is made that would take more
   */
  public HugePrograms(Path directory, Path usr, long mostBytes) {
    this.directory = directory;
    this.usr = usr;
    this.mostBytes = mostBytes;
  }

  /** Makes the copies that are missing or not like the host's any more; up to a second each. */
  public synchronized void make() {
    try {
      for (Path name : NAMES) {
        if (!unfit && Files.isRegularFile(usr.resolve(name)) && !isCopied(name)) {
          copy(name);
        }
      }
    } catch (IOException | KernelException e) {
      unfit = true;
      log.atWarn().setCause(e).log("programs.not_copied"); // the host's own start as well
    }
  }

  /** The copies that are like the host's, each for its place; waits for none that is being made. */
  public List<BindMount> shown() {
    return NAMES.stream()
        .filter(this::isCopied)
        .map(name -> BindMount.readOnly(copyOf(name), Path.of("/usr").resolve(name)))
        .toList();
  }

  /** What runs goes on; the memory is free when the last program has ended. */
  public synchronized void remove() {
    for (Path mount : Mounts.now().below(directory)) {
      Syscalls.unmount(mount);
    }
  }

  private void copy(Path name) throws IOException {
    Path program = usr.resolve(name);
    long size = Files.size(program);
    if (size < SMALLEST || size > mostBytes) {
      return;
    }
    if (Mounts.now().below(directory).isEmpty()) {
      Files.createDirectories(directory);
      Syscalls.mount(
          "tmpfs",
          directory,
          "tmpfs",
          Syscalls.MS_NOSUID | Syscalls.MS_NODEV,
          "huge=always,mode=755,size=" + mostBytes);
    }
    Path fresh = directory.resolve("fresh");
    try {
      Files.copy(
          program, fresh, StandardCopyOption.COPY_ATTRIBUTES, StandardCopyOption.REPLACE_EXISTING);
      Files.move(fresh, copyOf(name), StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(fresh);
    }
  }

  private boolean isCopied(Path name) {
    try {
      BasicFileAttributes own = attributes(copyOf(name));
      BasicFileAttributes host = attributes(usr.resolve(name));
      return own.size() == host.size() && own.lastModifiedTime().equals(host.lastModifiedTime());
    } catch (IOException e) {
      return false; // one of them is not there
    }
  }

  private static BasicFileAttributes attributes(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class);
  }

  private Path copyOf(Path name) {
    return directory.resolve(("" + name).replace('/', '-'));
  }
}
