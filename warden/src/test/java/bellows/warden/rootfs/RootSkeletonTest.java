package bellows.warden.rootfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import bellows.warden.BindMount;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RootSkeletonTest {
  @TempDir Path directory;
  private Path etc;
  private RootSkeleton skeleton;

  @BeforeEach
  void host() throws Exception {
    etc = directory.resolve("etc");
    Files.createDirectories(etc.resolve("ssl/certs"));
    Files.createDirectories(etc.resolve("ssl/private"));
    Files.createDirectories(etc.resolve("java-17-openjdk"));
    Files.writeString(etc.resolve("shadow"), "secret");
    Files.writeString(etc.resolve("services"), "http 80/tcp\n");
    skeleton = new RootSkeleton(directory.resolve("root"), etc);
  }

  @Test
  void showsOnlyWhatRuntimesNeed() {
    assertThat(skeleton.shown())
        .containsExactlyInAnyOrder(
            BindMount.readOnly(Path.of("/usr"), Path.of("/usr")),
            BindMount.readOnly(etc.resolve("services"), Path.of("/etc/services")),
            BindMount.readOnly(etc.resolve("ssl/certs"), Path.of("/etc/ssl/certs")),
            BindMount.readOnly(etc.resolve("java-17-openjdk"), Path.of("/etc/java-17-openjdk")));
  }

  @Test
  void canBeMadeAgain() {
    skeleton.make("nameserver 192.0.2.1\n");
    skeleton.make("nameserver 192.0.2.2\n");

    assertThat(skeleton.root().resolve("etc/resolv.conf")).hasContent("nameserver 192.0.2.2\n");
    assertThat(skeleton.root().resolve("bin")).isSymbolicLink();
    assertThat(skeleton.root().resolve("etc/ssl/certs")).isEmptyDirectory();
    assertThat(skeleton.root().resolve("etc/services")).isEmptyFile();
    assertThat(skeleton.root().resolve("home/vcap")).isEmptyDirectory();
  }

  /** A file in its place would make ICU, and so Node, read every time zone at each start. */
  @Test
  void showsALinkToATimeZoneAsALink() throws Exception {
    Path zone = etc.resolve("localtime");
    Files.writeString(zone, "TZif2");
    skeleton.make("");
    Files.delete(zone);
    Files.createSymbolicLink(zone, Path.of("/usr/lib/os-release"));

    skeleton.make("");
    skeleton.make("");

    assertThat(Files.readSymbolicLink(skeleton.root().resolve("etc/localtime")))
        .isEqualTo(Path.of("/usr/lib/os-release"));
    assertThat(skeleton.shown())
        .extracting(BindMount::destination)
        .doesNotContain(Path.of("/etc/localtime"));
  }

  @Test
  void mountsATimeZoneThatIsAFile() throws Exception {
    Path zone = etc.resolve("localtime");
    Files.createSymbolicLink(zone, Path.of("/usr/lib/os-release"));
    skeleton.make("");
    Files.delete(zone);
    Files.writeString(zone, "TZif2");

    skeleton.make("");

    assertThat(skeleton.root().resolve("etc/localtime")).isRegularFile();
    assertThat(skeleton.shown())
        .extracting(BindMount::destination)
        .contains(Path.of("/etc/localtime"));
  }

  @Test
  void refusesAMountPointBehindALinkOrOfAnotherKind() {
    skeleton.make("");

    assertThatThrownBy(() -> skeleton.mountPoint(Path.of("/bin/x"), false))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> skeleton.mountPoint(Path.of("/etc/hosts"), true))
        .isInstanceOf(IllegalArgumentException.class);
    skeleton.mountPoint(Path.of("/opt/deep/x"), false);
    assertThat(skeleton.root().resolve("opt/deep/x")).isEmptyFile();
  }

  @Test
  void tellsAProgramWhoAndWhereItIs() {
    assertThat(RootSkeleton.names("web-0", "10.254.0.2"))
        .containsEntry("hosts", "127.0.0.1 localhost\n10.254.0.2 web-0\n");
    assertThat(RootSkeleton.users(20_000))
        .hasEntrySatisfying(
            "passwd",
            text -> assertThat(text).contains("\nvcap:x:20000:20000:vcap:/home/vcap:/bin/bash\n"));
  }
}
