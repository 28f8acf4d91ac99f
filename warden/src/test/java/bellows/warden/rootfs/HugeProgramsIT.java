package bellows.warden.rootfs;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.warden.BindMount;
import bellows.warden.kernel.Mounts;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HugeProgramsIT {
  private static final int SIZE = (16 << 20) + 1;
  private static final long HUGE_PAGE = 2 << 20;

  @TempDir Path host;
  private Path node;
  private HugePrograms programs;

  @BeforeEach
  void install() throws Exception {
    node = Files.createDirectories(host.resolve("usr/bin")).resolve("node");
    program(1);
    programs = ofHost(64 << 20);
  }

  @AfterEach
  void remove() {
    programs.remove();
    assertThat(Mounts.now().below(host)).isEmpty();
  }

  @Test
  void showsACopyInHugePages() throws Exception {
    assertThat(programs.shown()).isEmpty();

    programs.make();

    BindMount shown = programs.shown().getFirst();
    assertThat(shown.destination()).isEqualTo(Path.of("/usr/bin/node"));
    assertThat(shown.writable()).isFalse();
    assertThat(shown.source()).hasSameBinaryContentAs(node).isExecutable();
    FileStore store = Files.getFileStore(shown.source());
    assertThat(store.getTotalSpace() - store.getUsableSpace())
        .isBetween((long) SIZE, SIZE + HUGE_PAGE)
        .satisfies(used -> assertThat(used % HUGE_PAGE).isZero());
  }

  @Test
  void showsTheHostsOwnOnceThatIsAnother() throws Exception {
    programs.make();

    program(2);
    assertThat(programs.shown()).isEmpty();

    programs.make();
    assertThat(programs.shown().getFirst().source()).hasSameBinaryContentAs(node);
  }

  @Test
  void findsTheCopiesOfAnEarlierProcess() {
    programs.make();
    List<BindMount> copies = programs.shown();

    programs = ofHost(64 << 20);

    assertThat(copies).hasSize(1);
    assertThat(programs.shown()).isEqualTo(copies);
  }

  @Test
  void makesNoneOfWhatIsSmallOrTakesTooMuch() throws Exception {
    ofHost(SIZE - 1).make();
    assertThat(programs.shown()).isEmpty();

    Files.writeString(node, "small");
    programs.make();
    assertThat(programs.shown()).isEmpty();
  }

  @Test
  void startsTheHostsOwnWhereNoMountIsPossible() throws Exception {
    Path file = Files.createFile(host.resolve("file"));
    HugePrograms nowhere = new HugePrograms(file, host.resolve("usr"), 64 << 20);

    nowhere.make();

    assertThat(nowhere.shown()).isEmpty();
  }

  private HugePrograms ofHost(long mostBytes) {
    return new HugePrograms(host.resolve("copies"), host.resolve("usr"), mostBytes);
  }

  private void program(int content) throws Exception {
    byte[] bytes = new byte[SIZE];
    Arrays.fill(bytes, (byte) content);
    Files.write(node, bytes);
    Files.setAttribute(node, "unix:mode", 0755);
    Files.setLastModifiedTime(node, FileTime.fromMillis(content * 1000L));
  }
}
