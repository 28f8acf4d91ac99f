package bellows.cli.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BitsTest {
  @TempDir Path directory;

  private Path zipped(Path folder) throws IOException {
    Path zip = directory.resolve("package.zip");
    Bits bits = new Bits.Folder(AppFolder.files(folder));
    AtomicLong seen = new AtomicLong();
    try (OutputStream out = Files.newOutputStream(zip)) {
      bits.writeTo(out, seen::addAndGet);
    }
    assertThat(seen.get()).isEqualTo(bits.size());
    return zip;
  }

  @Test
  void keepsModesAndLinks() throws IOException {
    Path app = Files.createDirectories(directory.resolve("app/bin"));
    Path script = Files.writeString(app.resolve("run"), "#!/bin/sh\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-x---"));
    Files.createSymbolicLink(app.resolve("start"), Path.of("run"));
    try (ZipFile zip = ZipFile.builder().setPath(zipped(app.resolve(".."))).get()) {
      List<ZipArchiveEntry> entries = Collections.list(zip.getEntries());
      assertThat(entries)
          .extracting(ZipArchiveEntry::getName)
          .containsExactly("bin/", "bin/run", "bin/start");
      assertThat(entries.get(1).getUnixMode() & 0777).isEqualTo(0750);
      assertThat(entries.get(2).isUnixSymlink()).isTrue();
      assertThat(zip.getUnixSymlink(entries.get(2))).isEqualTo("run");
    }
  }

  @Test
  void goesThroughNoLinkToAFolder() throws IOException {
    Path app = Files.createDirectories(directory.resolve("app"));
    Files.createDirectories(app.resolve("real"));
    Files.writeString(app.resolve("real/file"), "x");
    Files.createSymbolicLink(app.resolve("again"), Path.of("real"));
    assertThat(AppFolder.files(app))
        .extracting(AppFile::path)
        .containsExactly("again", "real", "real/file");
  }

  @Test
  void aLeftOutFolderIsNotLookedInto() throws IOException {
    Path app = Files.createDirectories(directory.resolve("app"));
    Files.createDirectories(app.resolve("node_modules"));
    Files.createSymbolicLink(app.resolve("node_modules/out"), Path.of("/etc"));
    Files.writeString(app.resolve(".cfignore"), "node_modules/\n!node_modules/keep\n");
    Files.writeString(app.resolve("server.js"), "x");
    assertThat(AppFolder.files(app)).extracting(AppFile::path).containsExactly("server.js");
  }

  @Test
  void anEmptyFolderIsNoApp() throws IOException {
    Path app = Files.createDirectories(directory.resolve("app/empty"));
    assertThatThrownBy(() -> AppFolder.files(app.resolve("..")))
        .hasMessageContaining("No app files found");
  }

  @Test
  void knowsAnArchiveByItsFirstBytes() throws IOException {
    Path app = Files.createDirectories(directory.resolve("app"));
    Path text = Files.writeString(app.resolve("page.html"), "PK is not enough");
    assertThat(Bits.Archive.is(zipped(app))).isTrue();
    assertThat(Bits.Archive.is(text)).isFalse();
  }
}
