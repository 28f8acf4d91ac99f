package bellows.dea.instances;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.warden.ContainerSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What start.sh does with the same droplets shows InstanceIT. */
class LaunchTest {
  private static final Map<String, String> VARIABLES =
      Map.of("PATH", "/usr/local/bin:/usr/bin:/bin", "PWD", "/home/vcap/app", "A", "b");
  private static final List<String> BY_SCRIPT = List.of("/bin/bash", "/opt/bellows/start.sh");

  @TempDir Path droplet;

  @BeforeEach
  void app() throws Exception {
    file("app/server", "#!/bin/sh\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "./server 8080",
        "exec ./server 8080",
        " ./server  8080 ",
        "/home/vcap/app/server 8080"
      })
  void startsAProgramOfTheAppAtOnce(String command) {
    Launch launch = Launch.of(droplet, command, VARIABLES);

    assertThat(launch.words().getFirst()).endsWith("/server");
    assertThat(launch.words().getLast()).isEqualTo("8080");
    assertThat(launch.directory()).isEqualTo(Path.of("/home/vcap/app"));
    assertThat(launch.environment(VARIABLES))
        .containsAllEntriesOf(VARIABLES)
        .containsEntry("DEPS_DIR", "/home/vcap/deps")
        .doesNotContainKeys("BELLOWS_START_COMMAND", "LD_LIBRARY_PATH");
  }

  @Test
  void startsAProgramOfTheHostAtOnce() {
    assertThat(Launch.of(droplet, "env -i", VARIABLES).words()).containsExactly("env", "-i");
    assertThat(Launch.of(droplet, "/bin/sh x", VARIABLES).words()).containsExactly("/bin/sh", "x");
  }

  @Test
  void putsWhatBuildpacksSuppliedInFrontTheLastOneFirst() throws Exception {
    file("deps/0/bin/tool", "#!/bin/sh\n");
    Files.createDirectories(droplet.resolve("deps/0/lib"));
    Files.createDirectories(droplet.resolve("deps/1/bin"));
    Files.createDirectories(droplet.resolve("deps/1/profile.d"));

    Launch launch = Launch.of(droplet, "tool", VARIABLES);

    assertThat(launch.words()).containsExactly("tool");
    assertThat(launch.environment(VARIABLES))
        .containsEntry(
            "PATH", "/home/vcap/deps/1/bin:/home/vcap/deps/0/bin:/usr/local/bin:/usr/bin:/bin")
        .containsEntry("LD_LIBRARY_PATH", "/home/vcap/deps/0/lib");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "./server $PORT",
        "A=1 ./server",
        "./server; ./server",
        "./server *",
        "./server 'a b'",
        "cd /tmp",
        "./missing",
        "missing",
        "exec",
        "/tmp/server"
      })
  void leavesWhatNeedsAShellToTheScript(String command) {
    Launch launch = Launch.of(droplet, command, VARIABLES);

    assertThat(launch.words()).isEqualTo(BY_SCRIPT);
    assertThat(launch.directory()).isEqualTo(ContainerSpec.HOME);
    assertThat(launch.environment(VARIABLES)).containsEntry("BELLOWS_START_COMMAND", command);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"profile.d/a.sh", "app/.profile.d/a.sh", "app/.profile", "deps/0/profile.d/a.sh"})
  void leavesADropletWithProfileScriptsToTheScript(String script) throws Exception {
    file(script, "export A=1\n");

    assertThat(Launch.of(droplet, "./server", VARIABLES).words()).isEqualTo(BY_SCRIPT);
  }

  @Test
  void leavesWhatTheKernelCannotRunByItselfToTheScript() throws Exception {
    file("app/plain", "echo no interpreter named\n");
    file("app/mode", "#!/bin/sh\n");
    Files.setPosixFilePermissions(
        droplet.resolve("app/mode"), PosixFilePermissions.fromString("rw-r--r--"));

    assertThat(Launch.of(droplet, "./plain", VARIABLES).words()).isEqualTo(BY_SCRIPT);
    assertThat(Launch.of(droplet, "./mode", VARIABLES).words()).isEqualTo(BY_SCRIPT);
  }

  /** On the host they would lead out of the droplet. */
  @Test
  void followsNoLinkOfTheDroplet() throws Exception {
    Files.createSymbolicLink(droplet.resolve("app/link"), Path.of("/usr/bin/env"));
    Files.createSymbolicLink(droplet.resolve("app/bin"), Path.of("/usr/bin"));

    assertThat(Launch.of(droplet, "./link", VARIABLES).words()).isEqualTo(BY_SCRIPT);
    assertThat(Launch.of(droplet, "bin/env", VARIABLES).words()).isEqualTo(BY_SCRIPT);

    Files.createDirectories(droplet.resolve("deps"));
    Files.createSymbolicLink(droplet.resolve("deps/0"), Path.of("/usr"));

    assertThat(Launch.of(droplet, "./server", VARIABLES).words()).isEqualTo(BY_SCRIPT);
  }

  @Test
  void leavesVariablesThatBashHeedsToBash() {
    assertThat(Launch.of(droplet, "./server", Map.of("BASH_ENV", "x")).words())
        .isEqualTo(BY_SCRIPT);
  }

  private void file(String name, String content) throws IOException {
    Path file = droplet.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
  }
}
