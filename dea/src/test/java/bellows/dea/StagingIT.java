package bellows.dea;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.archive.Archives;
import bellows.base.files.Trees;
import bellows.base.json.Json;
import bellows.base.time.testing.Eventually;
import bellows.contracts.Subjects;
import bellows.contracts.dea.InstanceState;
import bellows.contracts.dea.StartInstance;
import bellows.contracts.ids.AppGuid;
import bellows.contracts.ids.TaskId;
import bellows.contracts.staging.StagingReply;
import bellows.contracts.staging.StagingStart;
import bellows.contracts.staging.StagingStop;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Every form of the buildpack contract, in real containers. */
class StagingIT {
  private static final String DETECT = "#!/bin/bash\n[[ -f $1/index.html ]] && echo Tiny\n";
  private static final String RELEASE =
      """
      #!/bin/bash
      echo 'default_process_types: {web: "python3 -m http.server $PORT", worker: "sleep 1"}'
      """;

  private final RealHost host = new RealHost();
  private final Map<String, Map<String, String>> buildpacks = new LinkedHashMap<>();
  private int memoryMb = 256;
  private int timeoutSeconds = 60;

  @AfterEach
  void close() {
    host.close();
  }

  private void buildpack(String name, Map<String, String> scripts) {
    buildpacks.put(name, scripts);
    host.files.putZip("buildpacks/" + name, scripts);
  }

  private StagingStart order(Map<String, String> app, String... wanted) {
    host.files.putZip("package", app);
    List<StagingStart.AdminBuildpack> installed =
        buildpacks.keySet().stream()
            .map(name ->
                new StagingStart.AdminBuildpack(
                    "key-" + name, host.files.address("buildpacks/" + name), name))
            .toList();
    return new StagingStart(
        new AppGuid("app-staged"),
        TaskId.random(),
        "debian",
        new StagingStart.Properties(
            List.of(),
            new StartInstance.Limits(memoryMb, 128, 1024, null),
            List.of("COLOUR=$blue 'n' green"),
            List.of(wanted),
            Json.object()),
        host.files.address("package"),
        host.files.address("droplet"),
        host.files.address("cache"),
        host.files.address("cache"),
        installed,
        null,
        null,
        memoryMb,
        128,
        timeoutSeconds);
  }

  private StagingReply stage(StagingStart order) {
    return host.stage(order, Duration.ofSeconds(90));
  }

  /** Type and message of the error. */
  private String failure(StagingStart order) {
    StagingReply.ErrorInfo error = stage(order).errorInfo();
    return error == null ? "" : error.type() + ": " + error.message();
  }

  /** Paths in the uploaded droplet; a file's content, a link's target. */
  private Map<String, String> droplet() {
    try {
      Path tree = Files.createTempDirectory("droplet-");
      try {
        Archives.untarGz(
            new ByteArrayInputStream(host.files.content("droplet").orElseThrow()),
            tree,
            new Archives.Limits(1 << 20, 1000),
            -1,
            -1,
            Archives.Links.ANYWHERE);
        Map<String, String> contents = new TreeMap<>();
        try (Stream<Path> walk = Files.walk(tree)) {
          for (Path path : walk.toList()) {
            String name = tree.relativize(path).toString();
            if (Files.isSymbolicLink(path)) {
              contents.put(name, "-> " + Files.readSymbolicLink(path));
            } else if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
              contents.put(name, Files.readString(path).strip());
            }
          }
        }
        return contents;
      } finally {
        Trees.delete(tree);
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void detectsCompilesAndReleases() {
    buildpack("other", Map.of("bin/detect", "#!/bin/bash\nexit 1\n"));
    buildpack(
        "tiny",
        Map.of(
            "bin/detect",
            DETECT,
            "bin/compile",
            """
            #!/bin/bash
            echo "-----> compiling with $COLOUR on $CF_STACK as $(id -un)"
            echo "seen before: $(cat $2/seen 2>/dev/null)" > $1/cache.txt
            echo once > $2/seen
            mkdir -p $1/.profile.d; echo 'export X=1' > $1/.profile.d/x.sh
            touch ~/.junk
            """,
            "bin/release",
            RELEASE));

    StagingReply reply = stage(order(Map.of("index.html", "hi")));

    assertThat(reply.error()).isNull();
    assertThat(reply.detectedBuildpack()).isEqualTo("Tiny");
    assertThat(reply.buildpackKey()).isEqualTo("key-tiny");
    assertThat(reply.detectedStartCommand()).isEqualTo("python3 -m http.server $PORT");
    assertThat(reply.procfile()).containsEntry("worker", "sleep 1");
    assertThat(reply.dropletSha1()).isEqualTo(host.files.sha1("droplet"));
    assertThat(reply.dropletBytes())
        .isEqualTo((long) host.files.content("droplet").orElseThrow().length);
    assertThat(host.recorder.lines("STG"))
        .contains("-----> compiling with $blue 'n' green on debian as vcap", "Staging complete");
    assertThat(droplet().keySet())
        .containsExactlyInAnyOrder(
            "app/index.html", "app/cache.txt", "app/.profile.d/x.sh", "staging_info.yml");
    assertThat(droplet().get("staging_info.yml")).contains("start_command: python3");

    assertThat(stage(order(Map.of("index.html", "hi"))).error()).isNull();
    assertThat(droplet().get("app/cache.txt")).isEqualTo("seen before: once");
    assertThat(host.warden().containers()).isEmpty();
  }

  @Test
  void runsWhatItStaged() {
    buildpack(
        "tiny",
        Map.of(
            "bin/detect", DETECT, "bin/compile", "#!/bin/bash\nexit 0\n", "bin/release", RELEASE));
    StagingReply reply = stage(order(Map.of("index.html", "from staging")));
    int port = host.port();
    StartInstance m = host.message("pushed", port, reply.detectedStartCommand(), Map.of());
    host.start(
        new StartInstance(
            m.droplet(),
            m.index(),
            m.name(),
            m.version(),
            m.stack(),
            m.partition(),
            m.uris(),
            reply.dropletSha1(),
            host.files.address("droplet"),
            m.limits(),
            m.env(),
            m.services(),
            m.vcapApplication(),
            null,
            null,
            null,
            m.placement(),
            m.port(),
            m.processId(),
            m.processType(),
            m.healthCheck(),
            null));
    Eventually.until("running", () -> host.has(InstanceState.RUNNING));
    assertThat(host.get(port, "/index.html").body()).isEqualTo("from staging");
  }

  @Test
  void suppliesThenFinalizesAndTheProcfileWins() {
    buildpack(
        "tools",
        Map.of(
            "bin/supply",
            """
            #!/bin/bash
            mkdir -p $3/$4/bin $3/$4/env
            printf '#!/bin/sh\\necho made by tools\\n' > $3/$4/bin/tool; chmod +x $3/$4/bin/tool
            printf '%s' 'from $env' > $3/$4/env/TOOL_ENV
            printf 'name: tools\\nversion: 1.2.3\\n' > $3/$4/config.yml
            """));
    buildpack(
        "last",
        Map.of(
            "bin/supply",
            "#!/bin/bash\necho own > $3/$4/own\n",
            "bin/finalize",
            """
            #!/bin/bash
            tool > $1/tool.txt
            echo "$TOOL_ENV" >> $1/tool.txt
            echo 'export FINAL=1' > $5/final.sh
            printf 'processes: [{type: task, command: run it}, {type: web, command: no}]\\n' > $3/$4/launch.yml
            """));

    StagingReply reply = stage(order(Map.of("Procfile", "web: serve it\n"), "tools", "last"));

    assertThat(reply.error()).isNull();
    assertThat(reply.procfile())
        .containsExactlyInAnyOrderEntriesOf(Map.of("web", "serve it", "task", "run it"));
    assertThat(reply.buildpacks())
        .extracting(StagingReply.UsedBuildpack::name, StagingReply.UsedBuildpack::version)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("tools", "1.2.3"),
            org.assertj.core.groups.Tuple.tuple("last", null));
    assertThat(droplet())
        .containsEntry("app/tool.txt", "made by tools\nfrom $env")
        .containsEntry("profile.d/final.sh", "export FINAL=1")
        .containsEntry("deps/1/own", "own");
  }

  @Test
  void saysWhyItFailed() {
    Map<String, String> app = new LinkedHashMap<>(Map.of("index.html", "hi"));
    buildpack(
        "broken",
        Map.of(
            "bin/detect",
            "#!/bin/bash\nexit 1\n",
            "bin/compile",
            "#!/bin/bash\necho 'npm ERR! no such package' >&2; exit 7\n"));
    buildpack(
        "mute",
        Map.of(
            "bin/compile", "#!/bin/bash\n", "bin/release", "#!/bin/bash\necho 'x: ['; exit 0\n"));
    buildpack("empty", Map.of("README", "nothing"));

    assertThat(failure(order(app)))
        .startsWith("NoAppDetectedError: ")
        .contains("broken mute empty");
    assertThat(failure(order(app, "broken")))
        .startsWith("BuildpackCompileFailed: ")
        .contains("exit status 7", "npm ERR! no such package");
    assertThat(failure(order(app, "mute"))).startsWith("BuildpackReleaseFailed: ");
    assertThat(failure(order(app, "empty"))).contains("neither bin/finalize");
    assertThat(failure(order(app, "mute", "broken"))).contains("has no bin/supply");
    assertThat(failure(order(app, "nobody"))).contains("nobody", "broken, mute, empty");
    buildpack("good", Map.of("bin/compile", "#!/bin/bash\n"));
    app.put("Procfile", "- not a map\n");
    assertThat(failure(order(app, "good"))).startsWith("StagingError: Procfile must have lines");
    StagingStart order = order(app, "good");
    host.files.put("package", new byte[] {1, 2, 3});
    assertThat(failure(order)).startsWith("StagingError: cannot unpack the app");
    assertThat(host.files.content("droplet")).isEmpty();
  }

  @Test
  void namesTheLimitThatWasHit() {
    buildpack(
        "greedy",
        Map.of(
            "bin/compile",
            "#!/bin/bash\npython3 -c 'x = [bytearray(1 << 20) for i in range(10000)]'\n"));
    buildpack(
        "fat", Map.of("bin/compile", "#!/bin/bash\ndd if=/dev/zero of=$1/fat bs=1M count=500\n"));
    buildpack("slow", Map.of("bin/compile", "#!/bin/bash\necho working; sleep 100\n"));
    Map<String, String> app = Map.of("a", "b");

    assertThat(stage(order(app, "fat")).error()).contains("disk space (limit 128 MB)");
    timeoutSeconds = 2;
    assertThat(stage(order(app, "slow")).errorInfo())
        .satisfies(e -> {
          assertThat(e.type()).isEqualTo("StagingTimeExpired");
          assertThat(e.message()).contains("longer than 2 s", "working");
        });
    timeoutSeconds = 60;
    memoryMb = 64;
    assertThat(stage(order(app, "greedy")).error()).contains("out of memory (limit 64 MB)");
  }

  @Test
  void isStoppedOnRequest() {
    buildpack("slow", Map.of("bin/compile", "#!/bin/bash\necho working; sleep 100\n"));
    StagingStart order = order(Map.of("a", "b"), "slow");
    List<StagingReply> replies = new ArrayList<>();
    try (var _ =
        host.bus.requestStream(
            Subjects.stagingStart(host.dea().id()),
            order,
            StagingReply.class,
            Duration.ofSeconds(30),
            reply -> {
              synchronized (replies) {
                return replies.add(reply);
              }
            })) {
      Eventually.until("works", () -> host.recorder.lines("STG").contains("working"));
      host.bus.publish(Subjects.STAGING_STOP, new StagingStop(order.app()));
      Eventually.until(
          "stopped",
          () -> {
            synchronized (replies) {
              return replies.size() == 2;
            }
          });
      assertThat(replies.getLast().error()).isEqualTo("staging was stopped");
    }
    Eventually.until("gone", () -> host.warden().containers().isEmpty());
  }

  @Test
  void followsNoLinkOfTheTenantOnTheHost() throws IOException {
    Path secret = Files.createTempFile("secret-", ".yml");
    try {
      Files.writeString(secret, "default_process_types: {web: stolen}\n");
      buildpack(
          "nasty",
          Map.of(
              "bin/compile",
              "#!/bin/bash\nln -s "
                  + secret
                  + " $1/Procfile; rm -rf ~/.bellows/result/release.yml; ln -s "
                  + secret
                  + " ~/.bellows/result/release.yml; rm -rf ~/logs; ln -s /etc ~/logs;"
                  + " rm -rf ~/cache; ln -s /etc ~/cache\n"));
      StagingReply reply = stage(order(Map.of("a", "b"), "nasty"));
      assertThat(reply.procfile()).isEmpty();
      assertThat(reply.error()).isNull();
      assertThat(droplet())
          .containsEntry("app/Procfile", "-> " + secret)
          .containsEntry("logs", "-> /etc")
          .doesNotContainKey("logs/passwd");
      assertThat(host.files.content("cache")).isEmpty();
    } finally {
      Files.delete(secret);
    }
  }
}
