package bellows.warden.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import bellows.base.json.Json;
import bellows.warden.BindMount;
import bellows.warden.ContainerSpec;
import bellows.warden.Egress;
import bellows.warden.Limits;
import bellows.warden.PortMapping;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BundleTest {
  private static final ContainerSpec SPEC =
      new ContainerSpec(
          "web-0",
          20_000,
          Path.of("/droplets/d"),
          List.of(BindMount.readOnly(Path.of("/cache"), Path.of("/tmp/cache"))),
          List.of("bash", "start.sh"),
          ContainerSpec.HOME,
          Map.of("PORT", "8080", "HOME", "/home/vcap"),
          new Limits(256, 1024, 200, 128, 4096),
          new PortMapping(61_000, 8080),
          Egress.open());

  /** Every protection is a line of this file, so a change of one is a change of the file. */
  @Test
  void writesTheGoldenConfig() throws IOException {
    String golden;
    try (var in = Objects.requireNonNull(getClass().getResourceAsStream("config.json"))) {
      golden = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }

    assertThat(pretty(bundle(SPEC, 1 << 20).config("amd64"))).isEqualTo(golden.strip());
  }

  @Test
  void asksForNoMoreOpenFilesThanThisProcessMayGrant() {
    OciConfig config = bundle(SPEC, 1000).config("amd64");

    assertThat(config.process().rlimits())
        .contains(new OciConfig.Rlimit("RLIMIT_NOFILE", 1000, 1000));
  }

  @Test
  void cutsTheHostNameToWhatTheKernelTakes() {
    ContainerSpec long64 =
        new ContainerSpec(
            "a".repeat(64),
            1,
            null,
            List.of(),
            List.of("true"),
            ContainerSpec.HOME,
            Map.of(),
            SPEC.limits(),
            null,
            Egress.open());

    assertThat(bundle(long64, 1000).hostName()).hasSize(63);
  }

  @Test
  void knowsBothProcessors() {
    assertThat(SeccompProfile.forProcessor("aarch64").architectures())
        .containsExactly("SCMP_ARCH_AARCH64");
  }

  @Test
  void letsASlotWaitAsRootThatMayOnlyChangeItsUser() {
    Bundle slot =
        new Bundle(
            SPEC,
            Path.of("/rootfs"),
            Path.of("/containers/slot-1/home"),
            List.of(BindMount.readOnly(Path.of("/usr"), Path.of("/usr"))),
            null,
            "/bellows/slot-1",
            true,
            4096,
            Path.of("/bundles/slot-1/wake"),
            Optional.empty());

    OciConfig config = slot.config("amd64");

    assertThat(config.process().user().uid()).isZero();
    assertThat(config.process().args()).startsWith("/usr/bin/perl", "-e");
    assertThat(config.process().capabilities().bounding())
        .containsExactly("CAP_SETGID", "CAP_SETPCAP", "CAP_SETUID");
    assertThat(config.process().noNewPrivileges()).isTrue();
    assertThat(config.linux().rootfsPropagation()).isEqualTo("rslave");
    assertThat(config.mounts())
        .filteredOn(mount -> mount.options().contains("rslave"))
        .extracting(OciConfig.Mount::destination)
        .containsExactly("/home/vcap");
  }

  @Test
  void namesTheFilterAlsoAsItIsCompiled() {
    OciConfig config = bundle(SPEC, 1000, Optional.of(new byte[] {1, 2, 3})).config("amd64");

    assertThat(config.annotations()).containsExactly(entry("run.oci.seccomp_bpf_data", "AQID"));
    assertThat(config.linux().seccomp()).as("for other runtimes").isNotNull();
  }

  private static Bundle bundle(ContainerSpec spec, long openFiles) {
    return bundle(spec, openFiles, Optional.empty());
  }

  private static Bundle bundle(ContainerSpec spec, long openFiles, Optional<byte[]> filter) {
    return new Bundle(
        spec,
        Path.of("/rootfs"),
        Path.of("/containers/web-0/home"),
        List.of(BindMount.readOnly(Path.of("/usr"), Path.of("/usr"))),
        Path.of("/run/netns/bellows-web-0"),
        "/bellows/web-0",
        true,
        openFiles,
        null,
        filter);
  }

  private static String pretty(OciConfig config) {
    return Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(config);
  }
}
