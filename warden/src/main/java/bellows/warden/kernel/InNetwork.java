package bellows.warden.kernel;

import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/** Work in another network namespace: new sockets are of that network. */
public final class InNetwork {
  private InNetwork() {}

  /**
   * Does {@code work} in the namespace of that file, and waits for it.
   *
   * @throws KernelException when there is no such namespace, and what {@code work} throws
   */
  public static <T> T call(Path namespace, Supplier<T> work) {
    return call("into-namespace", () -> Syscalls.enterNetwork(namespace), work);
  }

  /** The same in a namespace that did not exist before, with nothing but a loop that is down. */
  public static <T> T fresh(Supplier<T> work) {
    return call("new-namespace", Syscalls::leaveNetwork, work);
  }

  private static <T> T call(String thread, Runnable enter, Supplier<T> work) {
    CompletableFuture<T> result = new CompletableFuture<>();
    // Once in a namespace, a thread may fail to come back; this one just ends.
    Thread.ofPlatform()
        .daemon()
        .name(thread)
        .start(() -> {
          try {
            enter.run();
            result.complete(work.get());
          } catch (RuntimeException | Error e) {
            result.completeExceptionally(e);
          }
        });
    try {
      return result.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw e;
    }
  }
}
