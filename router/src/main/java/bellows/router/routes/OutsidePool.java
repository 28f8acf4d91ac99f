package bellows.router.routes;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;

/** Makes pools of what is in no route table: servers outside the platform. */
public final class OutsidePool {
  private static final int NEVER_STALE = 0;

  private OutsidePool() {}

  /**
   * One endpoint for each address.
   *
   * @param host what a certificate must be for
   * @param tls whether TLS is spoken there
   */
  public static Pool of(String host, List<InetAddress> addresses, int port, boolean tls) {
    CompactTexts own = new CompactTexts();
    for (String text : List.of("", "", "")) {
      own.add(text);
    }
    if (tls) {
      own.add(host);
    }
    Traits traits =
        new Traits(
            new Traits.Ids("", "", ""), new TreeMap<>(), "", "", false, tls, NEVER_STALE, own);
    Pool pool = new Pool(new Uri(host, ""), HostName.of(host).hash());
    for (InetAddress address : addresses) {
      Place place = Place.at(address.getAddress(), port);
      Endpoint endpoint = new Endpoint(place, traits, own.toBytes(), null);
      place.describe(endpoint);
      pool.put(endpoint);
    }
    return pool;
  }

  /** The addresses of such a pool, in the order in which they were given. */
  public static List<InetAddress> addresses(Pool pool) {
    return Arrays.stream(pool.endpoints())
        .map(endpoint -> endpoint.socketAddress().getAddress())
        .toList();
  }
}
