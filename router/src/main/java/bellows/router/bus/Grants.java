package bellows.router.bus;

import bellows.contracts.routing.RouteGrants;
import bellows.contracts.routing.RouterRegister;
import bellows.router.routes.Uri;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * What the controller has announced, and so who may register what: an app its routes, from the
 * addresses of its placements. A registration that comes too early waits here for its grant.
 * Thread-safe by one lock.
 */
final class Grants {
  /** The oldest of more does not wait any longer; who still wants it registers again. */
  private static final int WAITING = 10_000;

  private record Granted(Set<String> uris, Set<String> addresses, Set<Integer> tcpPorts) {
    private static final Granted NOTHING = new Granted(Set.of(), Set.of(), Set.of());
  }

  /** An address registers apart from each other what it wants different things of. */
  private record Waiting(String address, String first) {
    private static Waiting of(RouterRegister message) {
      return new Waiting(
          Grants.address(message),
          message.uris().isEmpty()
              ? String.valueOf(message.tcpPorts())
              : String.valueOf(message.uris().getFirst()));
    }
  }

  private final Map<String, Granted> byApp = new HashMap<>();

  /** Those heard of last stand last. */
  private final SequencedMap<Waiting, RouterRegister> waiting = new LinkedHashMap<>();

  private final Set<String> seen = new HashSet<>();
  private final CountDownLatch complete = new CountDownLatch(1);
  private long round;
  private int partsLeft;

  /**
   * Follows the controller.
   *
   * @return registrations that have waited for this
   */
  synchronized List<RouterRegister> learn(RouteGrants news) {
    for (RouteGrants.Grant grant : news.grants()) {
      byApp.put(
          grant.app(),
          new Granted(
              grant.uris().stream().map(Grants::normal).collect(Collectors.toSet()),
              Set.copyOf(grant.addresses()),
              Set.copyOf(grant.tcpPorts())));
    }
    if (news.round() != null && news.parts() != null) {
      count(news, news.round(), news.parts());
    } else {
      // News may be younger than the list that is just coming.
      news.grants().forEach(grant -> seen.add(grant.app()));
    }
    List<RouterRegister> ready = new ArrayList<>();
    waiting.values().removeIf(message -> granted(message).equals(message) && ready.add(message));
    return ready;
  }

  /** Forgets apps that a whole list does not name; one of which a part was lost tells nothing. */
  private void count(RouteGrants part, long ofRound, int parts) {
    if (ofRound != round) {
      round = ofRound;
      partsLeft = parts;
      seen.clear();
    }
    part.grants().forEach(grant -> seen.add(grant.app()));
    if (--partsLeft == 0) {
      byApp.keySet().removeIf(app -> !app.isEmpty() && !seen.contains(app));
      complete.countDown();
    }
  }

  /**
   * What of a registration may be followed, the message itself when that is all. What may not waits
   * for a grant.
   */
  synchronized RouterRegister follow(RouterRegister message) {
    RouterRegister granted = granted(message);
    if (granted.equals(message)) {
      waiting.remove(Waiting.of(message));
    } else {
      waiting.putLast(Waiting.of(message), message);
      if (waiting.size() > WAITING) {
        waiting.pollFirstEntry();
      }
    }
    return granted;
  }

  /** It does not want any more what it waits for. */
  synchronized void forget(RouterRegister message) {
    String address = address(message);
    waiting.keySet().removeIf(of -> of.address().equals(address));
  }

  private RouterRegister granted(RouterRegister message) {
    Granted ofApp =
        byApp.getOrDefault(Objects.requireNonNullElse(message.app(), ""), Granted.NOTHING);
    Granted of = allOf(ofApp, address(message));
    // Beside a port for TLS there may be one that TCP routes lead to: it is not the same server's.
    Granted dialled = allOf(ofApp, message.host() + ":" + message.port());
    List<Integer> ports = Objects.requireNonNullElse(message.tcpPorts(), List.of());
    List<String> uris =
        message.uris().stream()
            .filter(uri -> uri != null && of.uris().contains(normal(uri)))
            .toList();
    List<Integer> tcpPorts =
        ports.stream().filter(port -> port != null && dialled.tcpPorts().contains(port)).toList();
    return uris.size() == message.uris().size() && tcpPorts.size() == ports.size()
        ? message
        : message.withUris(uris).withTcpPorts(tcpPorts);
  }

  private static Granted allOf(Granted app, String address) {
    return app.addresses().contains(address) ? app : Granted.NOTHING;
  }

  /** Where its uris are served. */
  private static String address(RouterRegister message) {
    Integer tls = message.tlsPort();
    return message.host() + ":" + (tls != null && tls > 0 ? tls : message.port());
  }

  private static String normal(String uri) {
    return Uri.parse(uri).map(Uri::toString).orElse(uri);
  }

  /**
   * Waits for the first full list.
   *
   * @return false when none has come in time
   */
  boolean await(Duration most) {
    try {
      return complete.await(most.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
