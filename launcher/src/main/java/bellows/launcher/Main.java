package bellows.launcher;

import bellows.warden.machine.LinuxWarden;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * {@code up}: runs the platform until it is told to end. {@code host}: runs one more host of a
 * platform elsewhere, {@code router}: a router of one. {@code purge}: removes every container of a
 * data directory on which nothing runs. {@code doctor}: checks this machine.
 *
 * <p>Exit codes: 0 as asked, 1 failed, 2 wrong usage.
 */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    List<String> words = Arrays.asList(arguments);
    String command = words.isEmpty() ? "" : words.getFirst();
    List<String> rest = words.isEmpty() ? List.of() : words.subList(1, words.size());
    try {
      System.exit(
          switch (command) {
            case "up" -> up(UpOptions.parse(rest));
            case "host" -> host(HostOptions.parse(rest));
            case "router" -> router(UpOptions.parse("router", rest));
            case "purge" -> purge(UpOptions.parse(rest));
            case "doctor" -> Doctor.run(System.out);
            default -> throw new UsageException("usage: up | host | router | purge | doctor");
          });
    } catch (UsageException e) {
      System.err.println("bellows: " + e.getMessage());
      System.exit(2);
    } catch (RuntimeException e) {
      System.err.println("bellows: " + reasons(e));
      if (System.getenv("BELLOWS_DEBUG") != null) {
        e.printStackTrace();
      }
      System.exit(1);
    }
  }

  private static int up(UpOptions options) {
    return serve(
        options.data(),
        (data, settings) -> {
          Address api =
              settings
                  .text("api.listen")
                  .map(text -> Address.parse("api.listen", text))
                  .orElseGet(() -> new Address("127.0.0.1", options.listen().port() + 1));
          Platform platform = new Platform(options, settings, data, api);
          new Service(data).run(platform, () -> ready(options, settings, data, api));
        });
  }

  private static int host(HostOptions options) {
    return serve(
        options.data(),
        (data, settings) -> {
          Host host = new Host(options, settings, data);
          new Service(data).run(host, () -> ready(options, host));
        });
  }

  /** Where one runs, the new one takes its place. */
  private static int router(UpOptions options) {
    try (DataDirectory data = new DataDirectory(options.data())) {
      if (!data.share()) {
        throw new UsageException(
            "a platform or host is up on "
                + options.data()
                + "; a router needs a directory of its own (--data DIR)");
      }
      Service service = new Service(data);
      RouterProcess router =
          new RouterProcess(options, Settings.read(data.settings()), data, service::end);
      service.succeed(router, () -> ready(options, data, router));
      return 0;
    }
  }

  private static int serve(Path directory, BiConsumer<DataDirectory, Settings> role) {
    try (DataDirectory data = new DataDirectory(directory)) {
      if (!data.acquire()) {
        System.err.println("bellows: already up on " + directory + "; nothing was changed");
        data.readyText().ifPresent(System.err::println);
        return 0;
      }
      role.accept(data, Settings.read(data.settings()));
      return 0;
    }
  }

  private static Service.Ready ready(
      UpOptions options, Settings settings, DataDirectory data, Address api) {
    String line =
        "API http://%s, apps http://NAME.%s:%d/, data %s"
            .formatted(api.local(), options.domain(), options.listen().port(), options.data());
    if (settings.text("nats.url").isPresent() && api.local().isLoopback()) {
      line +=
          """

          bellows: other hosts cannot get droplets from %s; for hosts elsewhere set api.listen \
          to an address of this machine that they reach\
          """
              .formatted(api.local());
    }
    String withoutEffect = RouterSettings.withoutEffect(settings);
    if (!withoutEffect.isEmpty()) {
      line += "\nbellows: " + withoutEffect;
    }
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("pid", ProcessHandle.current().pid());
    facts.put("api", "http://" + api.local());
    facts.put("router", "http://" + options.listen().local());
    if (RouterSettings.isEmbedded(settings)) {
      facts.putAll(tlsFacts(options, data));
    }
    facts.put("domain", options.domain());
    return new Service.Ready(facts, line);
  }

  private static Map<String, Object> tlsFacts(UpOptions options, DataDirectory data) {
    return options
        .listenTls()
        .<Map<String, Object>>map(tls ->
            Map.of("router_tls", "https://" + tls.local(), "ca", data.authority().toString()))
        .orElse(Map.of());
  }

  private static Service.Ready ready(UpOptions options, DataDirectory data, RouterProcess router) {
    Map<String, Object> facts = new LinkedHashMap<>(tlsFacts(options, data));
    facts.put("pid", ProcessHandle.current().pid());
    facts.put("router", "http://" + options.listen().local());
    facts.put("bus", router.server().toString());
    return new Service.Ready(
        facts,
        "Router at %s on the bus %s, data %s"
            .formatted(options.listen(), router.server(), options.data()));
  }

  private static Service.Ready ready(HostOptions options, Host host) {
    return new Service.Ready(
        Map.of(
            "pid",
            ProcessHandle.current().pid(),
            "host",
            options.name(),
            "address",
            host.address(),
            "bus",
            host.server().toString()),
        "Host %s at %s on the bus %s, data %s"
            .formatted(options.name(), host.address(), host.server(), options.data()));
  }

  private static int purge(UpOptions options) {
    try (DataDirectory data = new DataDirectory(options.data())) {
      if (!data.acquire()) {
        throw new UsageException("something is up on " + options.data() + "; end it first");
      }
      try (LinuxWarden warden =
          new LinuxWarden(WardenSettings.of(Settings.read(data.settings()), data))) {
        warden.start();
        warden.removeAll();
      }
      System.out.println("bellows: every container of " + options.data() + " is removed");
      return 0;
    }
  }

  /** What went wrong and why, on one line. */
  private static String reasons(Throwable failure) {
    StringBuilder text =
        new StringBuilder(failure.getMessage() == null ? failure.toString() : failure.getMessage());
    for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
      if (cause.getMessage() != null && text.indexOf(cause.getMessage()) < 0) {
        text.append(": ").append(cause.getMessage());
      }
    }
    return text.toString();
  }
}
