package bellows.router.routeservices;

import bellows.router.routes.OutsidePool;
import bellows.router.routes.Pool;
import com.github.benmanes.caffeine.cache.AsyncCacheLoader;
import com.github.benmanes.caffeine.cache.AsyncLoadingCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Route services outside the platform as pools of their addresses, so that they are called as apps
 * are. A name is looked up on a virtual thread, checked once, and what is called is the address
 * that was checked. For every thread.
 */
final class ServicePools {
  private static final Logger log = LoggerFactory.getLogger(ServicePools.class);
  private static final int SERVICES = 10_000;
  private static final Duration LOOK_AGAIN_AFTER = Duration.ofSeconds(30);
  private static final Duration FORGET_AFTER = Duration.ofHours(1);

  private final OutboundAddresses outbound;
  private final AsyncLoadingCache<ServiceAddress, Pool> pools;

  ServicePools(OutboundAddresses outbound, LongSupplier nanoTime) {
    this.outbound = outbound;
    this.pools =
        Caffeine.newBuilder()
            .maximumSize(SERVICES)
            .refreshAfterWrite(LOOK_AGAIN_AFTER)
            .expireAfterAccess(FORGET_AFTER)
            .ticker(nanoTime::getAsLong)
            .executor(Thread::startVirtualThread)
            .buildAsync(new Lookup());
  }

  /** Its pool, maybe later; fails with the reason when it has no address that may be called. */
  CompletableFuture<Pool> find(ServiceAddress service) {
    return pools.get(service);
  }

  private final class Lookup implements AsyncCacheLoader<ServiceAddress, Pool> {
    @Override
    public CompletableFuture<Pool> asyncLoad(ServiceAddress service, Executor executor) {
      return CompletableFuture.supplyAsync(() -> pool(service, lookUp(service)), executor);
    }

    /** The same pool for the same addresses: connections are kept with it. */
    @Override
    public CompletableFuture<Pool> asyncReload(
        ServiceAddress service, Pool old, Executor executor) {
      return CompletableFuture.supplyAsync(
          () -> {
            try {
              List<InetAddress> found = lookUp(service);
              return OutsidePool.addresses(old).equals(found) ? old : pool(service, found);
            } catch (CompletionException e) {
              log.atWarn().addKeyValue("host", service.host()).setCause(e).log("service.lookup");
              return old; // better the addresses of before than none
            }
          },
          executor);
    }
  }

  private static Pool pool(ServiceAddress service, List<InetAddress> addresses) {
    return OutsidePool.of(service.host(), addresses, service.port(), service.tls());
  }

  private List<InetAddress> lookUp(ServiceAddress service) {
    try {
      String host = service.host();
      List<InetAddress> known = Arrays.asList(InetAddress.getAllByName(host));
      List<InetAddress> permitted = known.stream().filter(outbound::permits).toList();
      if (permitted.isEmpty()) {
        log.atWarn().addKeyValue("host", host).log("service.address_refused");
        throw new UnknownHostException("has no address that may be called");
      }
      return permitted;
    } catch (UnknownHostException e) {
      throw new CompletionException(e);
    }
  }
}
