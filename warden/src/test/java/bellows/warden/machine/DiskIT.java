package bellows.warden.machine;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.time.testing.Eventually;
import bellows.warden.BindMount;
import bellows.warden.Container;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DiskIT {
  private TestWarden wardens;

  @BeforeAll
  void start() {
    wardens = new TestWarden();
  }

  @AfterAll
  void stop() {
    wardens.close();
  }

  @Test
  void changesToTheDropletStayInTheContainer(@TempDir Path droplet) throws Exception {
    Files.createDirectories(droplet.resolve("app"));
    Files.writeString(droplet.resolve("app/file"), "shared");
    TestWarden.host("chown -R " + TestWarden.UID + " " + droplet).orThrow("chown");

    var outcome =
        wardens.run(
            "cat app/file; echo mine > app/file; rm -r app; mkdir app; ls app; touch new",
            s -> TestWarden.with(s, droplet));

    assertThat(outcome.text()).isEqualTo("shared");
    assertThat(droplet.resolve("app/file")).hasContent("shared");
    assertThat(droplet.resolve("new")).doesNotExist();
  }

  @Test
  void filesCanBePlacedBeforeTheStartAndFetchedAfterTheEnd(@TempDir Path shown) throws Exception {
    Files.writeString(shown.resolve("given"), "given\n");
    TestWarden.host("chmod 777 " + shown).orThrow("chmod");
    Container container =
        wardens.warden.create(
            TestWarden.with(
                wardens.spec(
                    "bash",
                    "-c",
                    "cat placed /mnt/in/given; echo out > made; echo x > /tmp/deep/out/x; touch /mnt/in/x"),
                null,
                BindMount.readOnly(shown, Path.of("/mnt/in")),
                BindMount.writable(shown, Path.of("/tmp/deep/out"))));
    try {
      Files.writeString(container.home().resolve("placed"), "placed\n");
      container.start();

      var outcome = TestWarden.outcome(container);
      assertThat(outcome.out()).isEqualTo("placed\ngiven\n");
      assertThat(outcome.err()).contains("Read-only file system");
      assertThat(container.home().resolve("made")).hasContent("out\n");
      assertThat(shown.resolve("x")).hasContent("x\n");
    } finally {
      container.destroy();
    }
  }

  @Test
  void readLogLinesFreeTheirSpaceAndKeepTheirOffsets() throws Exception {
    Container container =
        wardens.running("head -c 30M /dev/zero | tr '\\0' a; echo; sleep 0.2; echo end; sleep 60");
    try {
      long first = (30 << 20) + 1;
      Eventually.until("the lines are written", () -> size(container) >= first + 4);
      long before = container.usage().diskBytes();

      container.discardLog(container.stdout(), first);

      assertThat(before - container.usage().diskBytes()).isGreaterThan(29 << 20);
      assertThat(size(container)).isEqualTo(first + 4);
      try (var in = Files.newByteChannel(container.stdout())) {
        var bytes = java.nio.ByteBuffer.allocate(16);
        in.position(first).read(bytes);
        assertThat(
                new String(
                    bytes.array(), 0, bytes.position(), java.nio.charset.StandardCharsets.UTF_8))
            .isEqualTo("end\n");
      }
    } finally {
      container.destroy();
    }
  }

  private static long size(Container container) {
    return container.stdout().toFile().length();
  }
}
