package bellows.base.archive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import bellows.base.archive.ArchiveException.Failure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UnzipTest {
  private static final Archives.Limits LIMITS = new Archives.Limits(1 << 20, 100);

  @TempDir private Path directory;
  private Path zip;
  private Path into;

  @BeforeEach
  void paths() {
    zip = directory.resolve("a.zip");
    into = directory.resolve("deep/into");
  }

  @Test
  void filesDirectoriesAndLinksAreUnpacked() throws IOException {
    build(z ->
        z.directory("empty")
            .file("index.html", "hello")
            .file("a/b/c.txt", "deep")
            .link("a/latest", "b/c.txt")
            .link("a/b/up", "../../index.html"));
    Archives.unzip(zip, into, LIMITS);
    assertThat(into.resolve("index.html")).hasContent("hello");
    assertThat(into.resolve("a/b/c.txt")).hasContent("deep");
    assertThat(into.resolve("empty")).isEmptyDirectory();
    assertThat(Files.readSymbolicLink(into.resolve("a/latest"))).isEqualTo(Path.of("b/c.txt"));
    assertThat(into.resolve("a/b/up")).hasContent("hello");
  }

  @Test
  void modesAreKeptAndDangerousBitsDropped() throws IOException {
    build(z ->
        z.entry("run.sh", ZipBuilder.FILE | 0755, new byte[] {1})
            .entry("root.sh", ZipBuilder.FILE | 06711, new byte[] {1})
            .entry("secret", ZipBuilder.FILE | 0400, new byte[] {1})
            .file("plain", "made on a system without modes"));
    Archives.unzip(zip, into, LIMITS);
    assertThat(mode("run.sh")).isEqualTo("rwxr-xr-x");
    assertThat(mode("root.sh")).isEqualTo("rwx--x--x");
    assertThat((int) Files.getAttribute(into.resolve("root.sh"), "unix:mode")).isEqualTo(0100711);
    assertThat(mode("secret")).isEqualTo("r--------");
    assertThat(mode("plain")).isEqualTo("rw-r--r--");
  }

  @Test
  void namesInAnyAlphabetAreKept() {
    build(z -> z.file("grüße/日本語.txt", "ok"));
    Archives.unzip(zip, into, LIMITS);
    assertThat(into.resolve("grüße/日本語.txt")).hasContent("ok");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../evil",
        "a/../../evil",
        "a/../evil",
        "..",
        "/evil",
        "//evil",
        "a/..",
        "./../evil",
        "../",
        "a/../../evil/"
      })
  void aNameThatLeavesTheTreeIsRefused(String name) {
    build(z -> z.file("good", "x").file(name, ""));
    assertRefused(Failure.UNSAFE_PATH);
    assertThat(directory.resolve("deep/evil")).doesNotExist();
  }

  @Test
  void aNameTooLongForAnyFileSystemIsRefused() {
    build(z -> z.file("a".repeat(256), "x"));
    assertRefused(Failure.UNSAFE_PATH);
    build(z -> z.file("a/".repeat(2100) + "b", "x"));
    assertRefused(Failure.UNSAFE_PATH);
  }

  @Test
  void theSameNameTwiceIsRefused() {
    build(z -> z.file("a", "1").file("./a", "2"));
    assertRefused(Failure.UNSAFE_PATH);
    build(z -> z.file("b/a", "1").file("b//a", "2"));
    assertRefused(Failure.UNSAFE_PATH);
  }

  @Test
  void aFileIsNoDirectory() {
    build(z -> z.file("a", "1").file("a/b", "2"));
    assertRefused(Failure.UNSAFE_PATH);
    build(z -> z.file("a/b", "2").file("a", "1"));
    assertRefused(Failure.UNSAFE_PATH);
    build(z -> z.file("a", "1").directory("a"));
    assertRefused(Failure.UNSAFE_PATH);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/etc/passwd", "../outside", "a/../../outside", "..", "a/../..", "/"})
  void aLinkOutOfTheTreeIsRefused(String target) {
    build(z -> z.directory("a").link("link", target));
    assertRefused(Failure.UNSAFE_LINK);
  }

  @Test
  void linksThatLeaveOnlyTogetherAreRefused() {
    build(z -> z.directory("x/y").link("x/y/up", "../..").link("out", "x/y/up/.."));
    assertRefused(Failure.UNSAFE_LINK);
    build(z -> z.link("out", "x/y/up/..").link("x/y/up", "../.."));
    assertRefused(Failure.UNSAFE_LINK);
  }

  @Test
  void linksThatStayInsideByWayOfOthersAreFine() {
    build(z ->
        z.file("v1/app", "one")
            .link("current", "v1")
            .link("bin/app", "../current/app")
            .link("loop", "loop")
            .link("dangling", "not/there/yet"));
    Archives.unzip(zip, into, LIMITS);
    assertThat(into.resolve("bin/app")).hasContent("one");
  }

  @Test
  void nothingIsWrittenThroughALink() throws IOException {
    Path victim = Files.createDirectory(directory.resolve("victim"));
    build(z -> z.link("a", victim.toString()).file("a/evil", "x"));
    assertRefused(Failure.UNSAFE_LINK);
    build(z -> z.directory("b").link("a", "b").file("a/evil", "x"));
    assertRefused(Failure.UNSAFE_LINK);
    build(z -> z.link("a", victim.resolve("evil").toString()).file("a", "x"));
    assertRefused(Failure.UNSAFE_PATH);
    build(z -> z.link("a", victim.toString()).directory("a/evil"));
    assertRefused(Failure.UNSAFE_LINK);
    assertThat(victim).isEmptyDirectory();
  }

  @Test
  void aLinkWithAHugeTargetIsRefused() {
    build(z -> z.entry("a", ZipBuilder.LINK | 0777, new byte[1 << 20]));
    assertRefused(Failure.UNSAFE_LINK);
  }

  @ParameterizedTest
  @ValueSource(ints = {ZipBuilder.PIPE, ZipBuilder.DEVICE})
  void aDeviceOrPipeIsRefused(int type) {
    build(z -> z.entry("dev", type | 0666, new byte[0]));
    assertRefused(Failure.UNSUPPORTED_ENTRY);
  }

  @Test
  void aBombIsStoppedAtTheLimit() throws IOException {
    byte[] zeros = new byte[400 << 10];
    build(z -> z.entry("a", 0, zeros).entry("b", 0, zeros).entry("c", 0, zeros));
    assertThat(Files.size(zip)).isLessThan(5000);
    assertRefused(Failure.TOO_LARGE);
  }

  @Test
  void aBombThatLiesAboutItsSizeIsStoppedAtTheLimit() throws IOException {
    build(z -> z.entry("a", 0, new byte[2 << 20]));
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(zip)).order(ByteOrder.LITTLE_ENDIAN);
    int end = bytes.capacity() - 22; // the last record, which tells where the directory is
    int directory = bytes.getInt(end + 16);
    bytes.putInt(directory + 24, 10);
    Files.write(zip, bytes.array());
    assertRefused(Failure.TOO_LARGE);
  }

  @Test
  void aBombThatSaysItsSizeWritesNothing() {
    build(z -> z.file("a", "x").entry("b", ZipBuilder.FILE | 0644, new byte[2 << 20]));
    into.toFile().mkdirs();
    Path tree = into;
    assertThatExceptionOfType(ArchiveException.class)
        .isThrownBy(() ->
            ZipReader.read(
                zip, LIMITS, new Extraction(tree, LIMITS, Archives.Links.INSIDE, Owner.UNCHANGED)))
        .withMessageContaining("more than");
    assertThat(tree).isEmptyDirectory();
  }

  @Test
  void exactlyTheLimitIsAllowed() {
    build(z -> z.entry("a", 0, new byte[1 << 20]));
    Archives.unzip(zip, into, LIMITS);
    assertThat(into.resolve("a")).hasSize(1 << 20);
  }

  @Test
  void aBombOfEntriesIsStopped() {
    build(z -> {
      for (int i = 0; i <= 100; i++) {
        z.file("f" + i, "");
      }
    });
    assertRefused(Failure.TOO_MANY_ENTRIES);
  }

  @Test
  void impliedDirectoriesCountAsEntries() {
    build(z -> z.file("a/".repeat(100) + "b", "x"));
    assertRefused(Failure.TOO_MANY_ENTRIES);
  }

  @Test
  void aDirectoryLargerThanTheLimitsAllowIsNotHeldInMemory() {
    build(z -> {
      for (int i = 0; i < 20_000; i++) {
        z.file("some/long/name/of/a/file/that/is/not/there/" + i, "");
      }
    });
    assertRefused(Failure.TOO_MANY_ENTRIES);
  }

  @Test
  void whatIsNoZipIsCorrupt() throws IOException {
    Files.writeString(zip, "<html>not found</html>");
    assertRefused(Failure.CORRUPT);
    Files.write(zip, new byte[0]);
    assertRefused(Failure.CORRUPT);
  }

  @Test
  void aCutZipIsCorrupt() throws IOException {
    build(z -> z.file("a", "some content").file("b", "more content"));
    byte[] whole = Files.readAllBytes(zip);
    for (int length = 1; length < whole.length; length += 7) {
      Files.write(zip, Arrays.copyOf(whole, length));
      assertRefused(Failure.CORRUPT);
    }
  }

  @Test
  void aChangedByteOfContentIsNoticed() throws IOException {
    build(z ->
        z.entry("a", ZipBuilder.FILE | 0644, "some content, not to be touched".getBytes(UTF_8)));
    byte[] bytes = Files.readAllBytes(zip);
    int content = 30 + bytes[26] + bytes[28]; // after the header, the name and the extra field
    bytes[content + 4] ^= 0x10;
    Files.write(zip, bytes);
    assertRefused(Failure.CORRUPT);
  }

  @Test
  void anEmptyZipUnpacksToAnEmptyDirectory() {
    build(z -> {});
    Archives.unzip(zip, into, LIMITS);
    assertThat(into).isEmptyDirectory();
  }

  @Test
  void anEmptyTargetIsUsedAndLeftEmptyOnFailure() throws IOException {
    Files.createDirectories(into);
    build(z -> z.file("a/b", "x").file("../evil", "x"));
    assertThatExceptionOfType(ArchiveException.class)
        .isThrownBy(() -> Archives.unzip(zip, into, LIMITS));
    assertThat(into).isEmptyDirectory();
  }

  @Test
  void aTargetThatHoldsSomethingIsNotTouched() throws IOException {
    Files.createDirectories(into);
    Files.writeString(into.resolve("mine"), "keep");
    build(z -> z.file("a", "x"));
    assertThatIllegalArgumentException().isThrownBy(() -> Archives.unzip(zip, into, LIMITS));
    assertThat(into).isDirectoryNotContaining("glob:**/a");
    assertThat(into.resolve("mine")).hasContent("keep");
  }

  private void build(Consumer<ZipBuilder> content) {
    try (ZipBuilder builder = new ZipBuilder(zip)) {
      content.accept(builder);
    }
  }

  private void assertRefused(Failure failure) {
    assertThatExceptionOfType(ArchiveException.class)
        .isThrownBy(() -> Archives.unzip(zip, into, LIMITS))
        .extracting(ArchiveException::failure)
        .isEqualTo(failure);
    assertThat(into).doesNotExist();
  }

  private String mode(String name) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(into.resolve(name)));
  }
}
