package bellows.base.archive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import bellows.base.archive.ArchiveException.Failure;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TarGzTest {
  private static final Archives.Limits LIMITS = new Archives.Limits(4 << 20, 1000);
  private static final Instant LONG_AGO = Instant.parse("2001-02-03T04:05:06Z");

  @TempDir private Path directory;
  private Path from;
  private Path into;

  @BeforeEach
  void paths() throws IOException {
    from = Files.createDirectory(directory.resolve("from"));
    into = directory.resolve("into");
  }

  @Test
  void aTreeSurvivesPackingAndUnpacking() throws IOException {
    Files.createDirectories(from.resolve("a/b"));
    Path run = Files.writeString(from.resolve("a/run.sh"), "#!/bin/sh\n");
    mode(run, "rwxr-x--x");
    Path hidden = Files.writeString(from.resolve(".profile"), "export A=1\n");
    Files.setLastModifiedTime(hidden, FileTime.from(LONG_AGO));
    Files.createSymbolicLink(from.resolve("a/b/link"), Path.of("../run.sh"));
    Files.createLink(from.resolve("z-same"), run);
    Files.writeString(from.resolve("x".repeat(200) + "-grüße"), "long name");
    mode(from.resolve("a/b"), "r-xr-xr-x");
    Files.setLastModifiedTime(from.resolve("a"), FileTime.from(LONG_AGO));

    unpack(new ByteArrayInputStream(pack(from)));

    assertThat(into.resolve("a/run.sh")).hasContent("#!/bin/sh\n");
    assertThat(mode(into.resolve("a/run.sh"))).isEqualTo("rwxr-x--x");
    assertThat(mode(into.resolve("a/b"))).isEqualTo("r-xr-xr-x");
    assertThat(Files.getLastModifiedTime(into.resolve(".profile")).toInstant()).isEqualTo(LONG_AGO);
    assertThat(Files.getLastModifiedTime(into.resolve("a")).toInstant()).isEqualTo(LONG_AGO);
    assertThat(Files.readSymbolicLink(into.resolve("a/b/link"))).isEqualTo(Path.of("../run.sh"));
    assertThat(Files.isSameFile(into.resolve("a/run.sh"), into.resolve("z-same"))).isTrue();
    assertThat(into.resolve("x".repeat(200) + "-grüße")).hasContent("long name");
    mode(from.resolve("a/b"), "rwxr-xr-x");
    mode(into.resolve("a/b"), "rwxr-xr-x");
  }

  @Test
  void theSameTreeGivesTheSameBytes() throws IOException {
    Path other = Files.createDirectory(directory.resolve("other"));
    for (int i = 0; i < 50; i++) {
      fill(from.resolve("f" + i));
      fill(other.resolve("f" + (49 - i)));
    }
    assertThat(pack(from)).isEqualTo(pack(other));
  }

  @Test
  void pipesAndSocketsAreLeftOut() throws Exception {
    Files.writeString(from.resolve("a"), "x");
    Process mkfifo = new ProcessBuilder("mkfifo", from.resolve("pipe").toString()).start();
    assertThat(mkfifo.waitFor()).isZero();
    unpack(new ByteArrayInputStream(pack(from)));
    assertThat(into).isDirectoryNotContaining("glob:**/pipe");
    assertThat(into.resolve("a")).exists();
  }

  @Test
  void packingDoesNotFollowLinks() throws IOException {
    Path secret = Files.createDirectory(directory.resolve("secret"));
    Files.writeString(secret.resolve("key"), "do not pack me");
    Files.createSymbolicLink(from.resolve("out"), secret);
    Files.createSymbolicLink(from.resolve("key"), secret.resolve("key"));
    Archives.untarGz(
        new ByteArrayInputStream(pack(from)), into, LIMITS, -1, -1, Archives.Links.ANYWHERE);
    assertThat(into.resolve("out")).isSymbolicLink();
    assertThat(into.resolve("key")).isSymbolicLink();
  }

  @Test
  void whatCannotBeWrittenIsTheDisksFault() {
    OutputStream full =
        new OutputStream() {
          @Override
          public void write(int value) throws IOException {
            throw new IOException("No space left on device");
          }
        };
    assertThatThrownBy(() -> Archives.tarGz(from, full)).isInstanceOf(UncheckedIOException.class);
  }

  @Test
  void allThatIsUnpackedBelongsToTheGivenUser() throws IOException {
    InputStream tar =
        new TarBuilder().file("a/b", "x").link("a/l", "b").hardLink("h", "a/b").stream();
    Files.createDirectory(into);
    Archives.untarGz(tar, into, LIMITS, 4321, 1234);
    for (String name : new String[] {"a", "a/b", "a/l", "h"}) {
      assertThat(attribute(name, "unix:uid")).as(name).isEqualTo(4321);
      assertThat(attribute(name, "unix:gid")).as(name).isEqualTo(1234);
    }
    assertThat((Integer) Files.getAttribute(into, "unix:uid")).isNotEqualTo(4321);
  }

  @Test
  void dangerousBitsAreDropped() throws IOException {
    unpack(new TarBuilder().file("a", 07755, new byte[] {1}).directory("d", 01777).stream());
    assertThat((int) attribute("a", "unix:mode") & 07777).isEqualTo(0755);
    assertThat((int) attribute("d", "unix:mode") & 07777).isEqualTo(0777);
  }

  @Test
  void theRootMayBeNamed() {
    unpack(new TarBuilder().directory(".", 0700).file("./a", "x").stream());
    assertThat(into.resolve("a")).hasContent("x");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../evil", "a/../../evil", "/evil", "a/.."})
  void aNameThatLeavesTheTreeIsRefused(String name) {
    assertRefused(Failure.UNSAFE_PATH, new TarBuilder().file("ok", "x").file(name, "x"));
    assertThat(directory.resolve("evil")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/etc/passwd", "../outside", "d/../../outside"})
  void aLinkOutOfTheTreeIsRefused(String target) {
    assertRefused(Failure.UNSAFE_LINK, new TarBuilder().directory("d", 0755).link("l", target));
  }

  @Test
  void aContainersTreeMayHaveLinksOutOfItButNothingIsWrittenThroughThem() throws IOException {
    Path victim = Files.createDirectory(directory.resolve("victim"));
    Archives.untarGz(
        new TarBuilder().link("bin/python3", "/usr/bin/python3").link("up", "../../..").stream(),
        into,
        LIMITS,
        -1,
        -1,
        Archives.Links.ANYWHERE);
    assertThat(Files.readSymbolicLink(into.resolve("bin/python3")))
        .isEqualTo(Path.of("/usr/bin/python3"));
    InputStream evil = new TarBuilder().link("l", victim.toString()).file("l/evil", "x").stream();
    Path second = directory.resolve("second");
    assertThatExceptionOfType(ArchiveException.class)
        .isThrownBy(() -> Archives.untarGz(evil, second, LIMITS, -1, -1, Archives.Links.ANYWHERE))
        .extracting(ArchiveException::failure)
        .isEqualTo(Failure.UNSAFE_LINK);
    assertThat(victim).isEmptyDirectory();
    assertThat(second).doesNotExist();
  }

  @Test
  void aHardLinkLeadsToAFileOfTheArchiveOrNowhere() throws IOException {
    Path secret = Files.writeString(directory.resolve("secret"), "host");
    assertRefused(Failure.UNSAFE_PATH, new TarBuilder().hardLink("a", secret.toString()));
    assertRefused(Failure.UNSAFE_PATH, new TarBuilder().hardLink("a", "../secret"));
    assertRefused(Failure.UNSAFE_LINK, new TarBuilder().hardLink("a", "not-there"));
    assertRefused(Failure.UNSAFE_LINK, new TarBuilder().directory("d", 0755).hardLink("a", "d"));
    assertRefused(
        Failure.UNSAFE_LINK, new TarBuilder().link("s", secret.toString()).hardLink("a", "s"));
    assertRefused(
        Failure.UNSAFE_LINK,
        new TarBuilder().link("s", directory.toString()).hardLink("a", "s/secret"));
  }

  @Test
  void aFileInPlaceOfALinkIsRefused() {
    assertRefused(Failure.UNSAFE_PATH, new TarBuilder().link("a", "/etc/passwd").file("a", "evil"));
    assertRefused(Failure.UNSAFE_PATH, new TarBuilder().file("a", "1").link("a", "b"));
    assertRefused(Failure.UNSAFE_PATH, new TarBuilder().file("a", "1").hardLink("a", "a"));
  }

  @ParameterizedTest
  @ValueSource(bytes = {TarConstants.LF_CHR, TarConstants.LF_BLK, TarConstants.LF_FIFO})
  void aDeviceOrPipeIsRefused(byte type) {
    assertRefused(Failure.UNSUPPORTED_ENTRY, new TarBuilder().special("dev", type, ""));
  }

  @Test
  void aBombIsStoppedAtTheLimit() {
    byte[] zeros = new byte[3 << 20];
    assertRefused(
        Failure.TOO_LARGE, new TarBuilder().file("a", 0644, zeros).file("b", 0644, zeros));
  }

  @Test
  void aBombOfEntriesIsStopped() {
    TarBuilder tar = new TarBuilder();
    for (int i = 0; i <= 1000; i++) {
      tar.file("f" + i, "");
    }
    assertRefused(Failure.TOO_MANY_ENTRIES, tar);
  }

  @Test
  void aNameOfMegabytesIsNotReadIntoMemory() {
    byte[] name = "n".repeat(3 << 20).getBytes(UTF_8);
    assertRefused(
        Failure.CORRUPT,
        new TarBuilder().special("././@LongLink", TarConstants.LF_GNUTYPE_LONGNAME, name));
  }

  @Test
  void zerosAfterTheEndDoNotKeepUsBusy() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(new byte[64 << 20]);
    }
    assertRefused(Failure.CORRUPT, bytes.toByteArray());
  }

  @Test
  void whatIsNoTarGzIsCorrupt() throws IOException {
    assertRefused(Failure.CORRUPT, new byte[0]);
    assertRefused(Failure.CORRUPT, "<html>".getBytes(UTF_8));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write("a gzipped text that is no tar".repeat(100).getBytes(UTF_8));
    }
    assertRefused(Failure.CORRUPT, bytes.toByteArray());
  }

  @Test
  void aCutOrChangedArchiveIsCorrupt() {
    byte[] whole = new TarBuilder().file("a", "content".repeat(500)).file("b", "x").bytes();
    for (int length = 1; length < whole.length; length += 11) {
      assertRefused(Failure.CORRUPT, Arrays.copyOf(whole, length));
    }
    byte[] changed = whole.clone();
    changed[changed.length - 7] ^= 1; // in the checksum at the end
    assertRefused(Failure.CORRUPT, changed);
  }

  @Test
  void aReadOnlyDirectoryCanStillBeFilled() throws IOException {
    unpack(new TarBuilder().directory("d", 0555).file("d/f", "x").stream());
    assertThat(into.resolve("d/f")).hasContent("x");
    assertThat(mode(into.resolve("d"))).isEqualTo("r-xr-xr-x");
    mode(into.resolve("d"), "rwxr-xr-x");
  }

  private static byte[] pack(Path directory) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Archives.tarGz(directory, bytes);
    return bytes.toByteArray();
  }

  private static void fill(Path file) throws IOException {
    Files.writeString(file, "same");
    Files.setLastModifiedTime(file, FileTime.from(LONG_AGO));
  }

  private void unpack(InputStream tar) {
    Archives.untarGz(tar, into, LIMITS, -1, -1);
  }

  private void assertRefused(Failure failure, TarBuilder tar) {
    assertRefused(failure, tar.bytes());
  }

  private void assertRefused(Failure failure, byte[] tar) {
    assertThatExceptionOfType(ArchiveException.class)
        .isThrownBy(() -> unpack(new ByteArrayInputStream(tar)))
        .extracting(ArchiveException::failure)
        .isEqualTo(failure);
    assertThat(into).doesNotExist();
  }

  private Object attribute(String name, String attribute) throws IOException {
    return Files.getAttribute(into.resolve(name), attribute, LinkOption.NOFOLLOW_LINKS);
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  private static void mode(Path path, String permissions) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
  }
}
