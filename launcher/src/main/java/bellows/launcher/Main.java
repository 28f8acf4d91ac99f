package bellows.launcher;

import bellows.base.files.AtomicFiles;
import bellows.base.json.Json;
import bellows.warden.machine.LinuxWarden;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/**
 * {@code up}: runs the platform until it is told to end. {@code purge}: removes every container of
 * a data directory whose platform is down. {@code doctor}: checks this machine.
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
            case "purge" -> purge(UpOptions.parse(rest));
            case "doctor" -> Doctor.run(System.out);
            default -> throw new UsageException("usage: up | purge | doctor");
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
    try (DataDirectory data = new DataDirectory(options.data())) {
      if (!data.acquire()) {
        System.err.println("bellows: already up on " + options.data() + "; nothing was changed");
        data.readyText().ifPresent(System.err::println);
        return 0;
      }
      Settings settings = Settings.read(data.settings());
      Address api =
          settings
              .text("api.listen")
              .map(text -> Address.parse("api.listen", text))
              .orElseGet(() -> new Address("127.0.0.1", options.listen().port() + 1));
      long begin = System.nanoTime();
      deleteReady(data);
      AtomicFiles.write(
          data.pid(),
          (ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.UTF_8),
          AtomicFiles.PUBLIC);
      Platform platform = new Platform(options, settings, data, api);
      CountDownLatch told = new CountDownLatch(1);
      CountDownLatch ended = new CountDownLatch(1);
      // TERM and ctrl-C arrive as a shutdown; the JVM waits for the hook, and the hook for our
      // close.
      Runtime.getRuntime().addShutdownHook(new Thread(() -> end(told, ended), "shutdown"));
      try (platform) {
        platform.start();
        sayReady(data, options, api, begin);
        told.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } finally {
        deleteReady(data);
        ended.countDown();
      }
      return 0;
    }
  }

  private static void end(CountDownLatch told, CountDownLatch ended) {
    told.countDown();
    try {
      ended.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void sayReady(DataDirectory data, UpOptions options, Address api, long begin) {
    Map<String, Object> ready = new LinkedHashMap<>();
    ready.put("pid", ProcessHandle.current().pid());
    ready.put("api", "http://" + api.local());
    ready.put("router", "http://" + options.listen().local());
    options
        .listenTls()
        .ifPresent(tls -> {
          ready.put("router_tls", "https://" + tls.local());
          ready.put("ca", data.authority().toString());
        });
    ready.put("domain", options.domain());
    AtomicFiles.write(data.ready(), Json.bytes(ready), AtomicFiles.PUBLIC);
    System.out.printf(
        "bellows: up after %.1f s. API http://%s, apps http://NAME.%s:%d/, data %s%n",
        (System.nanoTime() - begin) / 1e9,
        api.local(),
        options.domain(),
        options.listen().port(),
        options.data());
  }

  private static void deleteReady(DataDirectory data) {
    try {
      Files.deleteIfExists(data.ready());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int purge(UpOptions options) {
    try (DataDirectory data = new DataDirectory(options.data())) {
      if (!data.acquire()) {
        throw new UsageException("the platform is up on " + options.data() + "; end it first");
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
