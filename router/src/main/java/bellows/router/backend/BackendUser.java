package bellows.router.backend;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** Whoever has a backend connection for the time of one request. Called on the event loop only. */
public interface BackendUser {
  /** The connection that was asked for. */
  void connected(BackendConnection connection);

  /** There will be no connection. */
  void dialFailed(Throwable cause);

  /** Bytes came; the user releases them. */
  void backendRead(ByteBuf bytes);

  /** Nothing more has come for now: time to flush. */
  void backendReadComplete();

  /** The connection takes bytes again, or no more for now. */
  void backendWritabilityChanged();

  /**
   * The connection is gone.
   *
   * @param cause null when the backend closed it in the usual way
   */
  void backendClosed(@Nullable Throwable cause);
}
