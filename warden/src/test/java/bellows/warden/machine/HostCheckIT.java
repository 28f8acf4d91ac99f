package bellows.warden.machine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HostCheckIT {
  @Test
  void thisMachineHoldsContainers() {
    String before = state();

    assertThat(HostCheck.run())
        .hasSizeGreaterThan(15)
        .allSatisfy(finding -> assertThat(finding.ok()).as(finding.toString()).isTrue())
        .allSatisfy(finding -> assertThat(finding.advice()).isEmpty());

    assertThat(state()).isEqualTo(before);
  }

  private static String state() {
    return TestWarden.host(
            "grep -c bellows-check /proc/mounts; ls /run/netns | grep bwcheck; losetup -a | grep bellows-check")
        .out();
  }
}
