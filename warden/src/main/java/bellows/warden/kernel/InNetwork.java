package bellows.warden.kernel;

import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/** Work in another network namespace. */
public final class InNetwork {
  private InNetwork() {}

  /**
   * Does {@code work} in a thread whose new sockets are of that network, and waits for it. The
   * namespace lives at least as long.
   *
   * @throws KernelException when there is no such namespace
   */
  public static <T> T call(Path namespace, Supplier<T> work) {
    CompletableFuture<T> result = new CompletableFuture<>();
    // Once in a namespace, a thread may fail to come back; this one just ends.
    Thread.ofPlatform()
        .daemon()
        .name("into-namespace")
        .start(() -> {
          try {
            Syscalls.enterNetwork(namespace);
            result.complete(work.get());
          } catch (RuntimeException | Error e) {
            result.completeExceptionally(e);
          }
        });
    try {
      return result.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof KernelException refused) {
        throw refused;
      }
      throw e;
    }
  }
}
