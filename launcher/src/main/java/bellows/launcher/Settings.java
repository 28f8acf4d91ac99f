package bellows.launcher;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;

/**
 * What an operator may set in {@code DATA/bellows.properties}; every key has a default. An unknown
 * key stops the start, so that a typing error is no silent default.
 */
final class Settings {
  /** All of them; docs/settings.md explains each. */
  static final Set<String> KEYS =
      Set.of(
          "api.listen",
          "database.url",
          "database.user",
          "database.password",
          "nats.url",
          "dea.memory_mb",
          "dea.disk_mb",
          "dea.warm_slots",
          "network.activator_port",
          "network.address",
          "network.name",
          "network.subnet",
          "router.access_log",
          "router.access_log_query",
          "router.balancing",
          "router.client_certificates",
          "router.compression",
          "router.embedded",
          "router.forwarded_client_cert",
          "router.proxy_protocol_from",
          "router.status_password",
          "router.status_port",
          "router.tracing",
          "router.rate_limit",
          "router.route_service_hairpin",
          "router.route_service_plain",
          "router.route_service_previous_secret",
          "router.route_service_secret",
          "router.route_service_subnets",
          "router.strict",
          "router.tcp_ports",
          "router.trusted_proxies",
          "router.zone",
          "sleep.after",
          "staging.memory_mb",
          "staging.disk_mb",
          "staging.timeout_seconds");

  private final Path file;
  private final Properties values;

  private Settings(Path file, Properties values) {
    this.file = file;
    this.values = values;
  }

  /** Reads the file if it is there. */
  static Settings read(Path file) {
    Properties values = new Properties();
    if (Files.exists(file)) {
      try (Reader reader = Files.newBufferedReader(file)) {
        values.load(reader);
      } catch (IOException e) {
        throw new UncheckedIOException("cannot read " + file, e);
      }
    }
    Set<String> unknown = new TreeSet<>(values.stringPropertyNames());
    unknown.removeAll(KEYS);
    if (!unknown.isEmpty()) {
      throw new UsageException(
          file + ": unknown keys " + unknown + "; known are " + new TreeSet<>(KEYS));
    }
    return new Settings(file, values);
  }

  /** The keys that have a value and begin so. */
  Set<String> given(String prefix) {
    Set<String> given = new TreeSet<>(values.stringPropertyNames());
    given.removeIf(key -> !key.startsWith(prefix));
    return given;
  }

  Optional<String> text(String key) {
    if (!KEYS.contains(key)) {
      throw new IllegalArgumentException("no such setting: " + key);
    }
    return Optional.ofNullable(values.getProperty(key)).map(String::strip);
  }

  /** Texts between commas. */
  Optional<List<String>> list(String key) {
    return text(key).map(value -> List.of(value.split("\\s*,\\s*")));
  }

  /** One of the enum's names, in lower case. */
  <E extends Enum<E>> Optional<E> oneOf(String key, E[] values) {
    return text(key)
        .map(value ->
            Arrays.stream(values)
                .filter(one -> one.name().toLowerCase(Locale.ROOT).equals(value))
                .findFirst()
                .orElseThrow(() ->
                    new UsageException(
                        file
                            + ": "
                            + key
                            + " must be one of "
                            + Arrays.toString(values).toLowerCase(Locale.ROOT)
                            + ": "
                            + value)));
  }

  /** {@code on} or {@code off}. */
  Optional<Boolean> flag(String key) {
    return text(key)
        .map(value ->
            switch (value) {
              case "on" -> true;
              case "off" -> false;
              default ->
                  throw new UsageException(file + ": " + key + " must be on or off: " + value);
            });
  }

  /** A TCP port. */
  Optional<Integer> port(String key) {
    return number(key)
        .map(port -> {
          if (port > 65535) {
            throw new UsageException(file + ": " + key + " must be 1 to 65535: " + port);
          }
          return port;
        });
  }

  /** A whole number above 0. */
  Optional<Integer> number(String key) {
    return number(key, 1, Integer.MAX_VALUE);
  }

  /** A whole number from {@code least} to {@code most}. */
  Optional<Integer> number(String key, int least, int most) {
    return text(key)
        .map(value -> {
          try {
            int number = Integer.parseInt(value);
            if (number >= least && number <= most) {
              return number;
            }
          } catch (NumberFormatException e) {
            // said below, with the file's name
          }
          throw new UsageException(
              file
                  + ": "
                  + key
                  + " must be a whole number "
                  + (most == Integer.MAX_VALUE
                      ? "of at least " + least
                      : "from " + least + " to " + most)
                  + ": "
                  + value);
        });
  }
}
