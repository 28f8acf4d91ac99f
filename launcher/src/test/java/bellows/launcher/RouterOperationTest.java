package bellows.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import bellows.router.RouterConfig;
import bellows.router.accesslog.AccessLog;
import bellows.router.accesslog.LoggedQuery;
import bellows.router.routes.Balancing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RouterOperationTest {
  @TempDir private Path directory;

  private RouterConfig set(String... lines) throws IOException {
    Path file = Files.writeString(directory.resolve("p"), String.join("\n", lines));
    return RouterOperation.of(Settings.read(file), RouterConfig.defaults());
  }

  @Test
  void leavesTheDefaultsWhereNothingIsSet() throws Exception {
    RouterConfig config = set();
    assertThat(config.operation().statusPort()).isNull();
    assertThat(config.operation().statusPassword()).isNotEmpty();
    assertThat(config.operation().tracing()).isTrue();
    assertThat(config.operation().accessLog()).isEqualTo(AccessLog.Config.DEFAULT);
    assertThat(config.back().balancing()).isEqualTo(RouterConfig.defaults().back().balancing());
  }

  @Test
  void takesWhatIsSet() throws Exception {
    RouterConfig config =
        set(
            "router.access_log=json",
            "router.access_log_query=omitted",
            "router.balancing=least_connection",
            "router.status_password=opens",
            "router.status_port=8082",
            "router.tracing=off",
            "router.zone=z1");
    assertThat(config.operation().statusPort()).isEqualTo(8082);
    assertThat(config.operation().statusUser()).isEqualTo("status");
    assertThat(config.operation().statusPassword()).isEqualTo("opens");
    assertThat(config.operation().tracing()).isFalse();
    assertThat(config.operation().accessLog())
        .isEqualTo(new AccessLog.Config(null, AccessLog.Format.JSON, LoggedQuery.OMITTED));
    assertThat(config.back().balancing().algorithm()).isEqualTo(Balancing.LEAST_CONNECTION);
    assertThat(config.back().balancing().zone()).isEqualTo("z1");
  }

  @Test
  void saysWhatMayBeSet() {
    assertThatThrownBy(() -> set("router.access_log=xml"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("router.access_log must be one of [text, json, off]: xml");
    assertThatThrownBy(() -> set("router.tracing=yes"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("router.tracing must be on or off: yes");
    assertThatThrownBy(() -> set("router.status_port=70000"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("router.status_port must be 1 to 65535: 70000");
  }
}
