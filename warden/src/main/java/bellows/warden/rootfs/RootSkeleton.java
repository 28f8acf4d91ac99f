package bellows.warden.rootfs;

import bellows.base.files.AtomicFiles;
import bellows.warden.BindMount;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The root directory of the default stack: empty directories, a few generated files, and the places
 * over which the host's /usr is shown. Made once, shared by all containers, read-only inside. Every
 * mount point is made here, before any app runs, so that no app decides where a mount goes.
 */
public final class RootSkeleton {
  private static final List<String> DIRECTORIES =
      List.of(
          "dev",
          "etc",
          "home/vcap",
          "mnt",
          "opt",
          "proc",
          "root",
          "run",
          "srv",
          "sys",
          "tmp",
          "usr",
          "var/cache",
          "var/lib",
          "var/log",
          "var/tmp");

  private static final Map<String, String> LINKS =
      Map.of(
          "bin", "usr/bin",
          "lib", "usr/lib",
          "lib64", "usr/lib64",
          "sbin", "usr/sbin",
          "var/run", "../run",
          "var/lock", "../run",
          "etc/mtab", "../proc/self/mounts");

  /**
   * What runtimes read below the host's /etc; no file in them is secret, and the container's own
   * user must be allowed to read it anyway.
   */
  private static final List<String> SHOWN =
      List.of(
          "/etc/alternatives",
          "/etc/ca-certificates.conf",
          "/etc/fonts",
          "/etc/ld.so.cache",
          "/etc/ld.so.conf",
          "/etc/ld.so.conf.d",
          "/etc/localtime",
          "/etc/maven",
          "/etc/mime.types",
          "/etc/php",
          "/etc/protocols",
          "/etc/services",
          "/etc/ssl/certs",
          "/etc/ssl/openssl.cnf",
          "/etc/timezone");

  /** Java's configuration has a directory for each version. */
  private static final String JAVA = "java-*-openjdk";

  private static final String NSSWITCH =
      """
      passwd: files
      group: files
      hosts: files dns
      networks: files
      protocols: files
      services: files
      """;

  private final Path root;
  private final Path hostEtc;

  public RootSkeleton(Path root) {
    this(root, Path.of("/etc"));
  }

  RootSkeleton(Path root, Path hostEtc) {
    this.root = root;
    this.hostEtc = hostEtc;
  }

  public Path root() {
    return root;
  }

  /** Makes it or brings it up to date; what lives on it is not disturbed. */
  public void make(String resolvConf) {
    try {
      for (String directory : DIRECTORIES) {
        Files.createDirectories(root.resolve(directory));
      }
      Files.setPosixFilePermissions(
          root.resolve("root"), PosixFilePermissions.fromString("rwx------"));
      for (Map.Entry<String, String> link : LINKS.entrySet()) {
        Path path = root.resolve(link.getKey());
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
          Files.createSymbolicLink(path, Path.of(link.getValue()));
        }
      }
      for (String own :
          List.of("etc/passwd", "etc/group", "etc/hosts", "etc/hostname", "run/exit", "run/wake")) {
        mountPoint(Path.of("/" + own), false);
      }
      write("etc/nsswitch.conf", NSSWITCH);
      write("etc/resolv.conf", resolvConf);
      for (Path hostPath : linked()) {
        link(hostPath);
      }
      for (BindMount mount : shown()) {
        Path own = root.resolve(Path.of("/").relativize(mount.destination()));
        if (Files.isSymbolicLink(own)) {
          Files.delete(own); // it was one on the host, too
        }
        mountPoint(mount.destination(), Files.isDirectory(mount.source()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make the root " + root, e);
    }
  }

  /** The host's directories and files that every container sees, read-only. */
  public List<BindMount> shown() {
    List<BindMount> mounts = new ArrayList<>();
    mounts.add(BindMount.readOnly(Path.of("/usr"), Path.of("/usr")));
    ofHost()
        .filter(Files::exists)
        .filter(path -> !isLinkToUsr(path))
        .forEach(path -> mounts.add(show(path)));
    try (Stream<Path> java = list(JAVA)) {
      java.sorted().forEach(path -> mounts.add(show(path)));
    }
    return List.copyOf(mounts);
  }

  /**
   * What the host has as a link to somewhere below /usr is such a link inside, too. For one of them
   * it matters: ICU, and so Node, reads all time zones in search of one equal to an /etc/localtime
   * that is no link, which takes 10 ms of each start.
   */
  private List<Path> linked() {
    return ofHost().filter(RootSkeleton::isLinkToUsr).toList();
  }

  private Stream<Path> ofHost() {
    return SHOWN.stream().map(text -> hostEtc.resolve(Path.of("/etc").relativize(Path.of(text))));
  }

  private static boolean isLinkToUsr(Path hostPath) {
    return Files.isSymbolicLink(hostPath)
        && Files.exists(hostPath)
        && target(hostPath).startsWith("/usr");
  }

  private static Path target(Path link) {
    try {
      return link.resolveSibling(Files.readSymbolicLink(link)).normalize();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the link " + link, e);
    }
  }

  private void link(Path hostPath) throws IOException {
    Path own = root.resolve("etc").resolve(hostEtc.relativize(hostPath));
    Path fresh = own.resolveSibling(own.getFileName() + ".new");
    Files.deleteIfExists(fresh);
    Files.createSymbolicLink(fresh, target(hostPath));
    Files.move(fresh, own, StandardCopyOption.ATOMIC_MOVE);
  }

  /**
   * Makes the place for a mount outside of what the container itself can write to; a link on the
   * way is refused.
   */
  public synchronized void mountPoint(Path destination, boolean directory) {
    MountPoints.make(root, destination, directory);
  }

  /** Files of /etc that say who the app is: name to content. */
  public static Map<String, String> users(int uid) {
    return Map.of(
        "passwd",
        "root:x:0:0:root:/root:/usr/sbin/nologin\n"
            + "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"
            + "vcap:x:"
            + uid
            + ":"
            + uid
            + ":vcap:/home/vcap:/bin/bash\n",
        "group",
        "root:x:0:\nnogroup:x:65534:\nvcap:x:" + uid + ":\n");
  }

  /** Files of /etc that say what the machine is called: name to content. */
  public static Map<String, String> names(String hostName, String ip) {
    return Map.of(
        "hosts", "127.0.0.1 localhost\n" + ip + " " + hostName + "\n", "hostname", hostName + "\n");
  }

  private Stream<Path> list(String glob) {
    List<Path> found = new ArrayList<>();
    try (var entries = Files.newDirectoryStream(hostEtc, glob)) {
      entries.forEach(found::add);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return found.stream();
  }

  private BindMount show(Path hostPath) {
    return BindMount.readOnly(hostPath, Path.of("/etc").resolve(hostEtc.relativize(hostPath)));
  }

  private void write(String file, String text) {
    AtomicFiles.write(
        root.resolve(file), text.getBytes(StandardCharsets.UTF_8), AtomicFiles.PUBLIC);
  }
}
