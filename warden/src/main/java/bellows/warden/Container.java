package bellows.warden;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** One container, from {@link Warden#create} to {@link #destroy}. Thread-safe. */
public interface Container {
  String id();

  ContainerSpec spec();

  /** The address inside the container network; it lasts until {@link #destroy}. */
  String ip();

  /** Host path of the writable /home/vcap, for placing and fetching files. */
  Path home();

  /** Host path of the container's own size-limited disk; the app sees only a part of it. */
  Path disk();

  /**
   * Runs the program; returns when it is executed.
   *
   * @throws WardenException {@code START_FAILED}, or {@code WRONG_STATE} when it was started before
   */
  void start();

  /**
   * The container's first process as the host numbers it; empty before the start and after the end.
   */
  OptionalInt pid();

  /**
   * Whether something inside accepts TCP connections at that port; asks the kernel, connects to
   * nothing.
   */
  boolean listening(int containerPort);

  /**
   * Does {@code look} in a thread whose new sockets are inside, so that what it connects to there
   * counts as nobody's use of the app; waits for it.
   *
   * @throws WardenException {@code WRONG_STATE} when the container's network is gone
   */
  <T> T inside(Supplier<T> look);

  /** What the program wrote to its standard output; only ever appended to. */
  Path stdout();

  /** What the program wrote to its standard error; only ever appended to. */
  Path stderr();

  /**
   * Frees the space of {@code file}'s bytes before {@code upTo}; offsets stay as they are.
   *
   * @param file {@link #stdout} or {@link #stderr}
   */
  void discardLog(Path file, long upTo);

  /**
   * Lets connections to the mapped host port reach the container; does nothing without a port
   * mapping or when they do already. When they reached another one, they reach this one from the
   * next on, and those that exist go on. A container is reachable from its start on unless {@link
   * #disconnect} was called.
   *
   * @throws WardenException {@code SWITCH_FAILED}, or {@code WRONG_STATE} when it is destroyed
   */
  void connect();

  /**
   * Takes the host port out of the kernel's map, unless another container has it by now;
   * connections that exist go on.
   *
   * @throws WardenException as {@link #connect} does
   */
  void disconnect();

  /**
   * Whether it was connected last, rather than disconnected; so too after another has taken over.
   */
  boolean connected();

  /**
   * The established connections that it answers: those to its host port, also while it is not
   * connected any more, and those of this host's own programs, such as the router and the
   * activator. These are also unanswered when somebody waits for an answer through the activator,
   * as nothing tells which of them that is.
   */
  List<Connection> connections();

  /** Where the time went until the program ran; zeros before, and for an adopted container. */
  StartPhases startPhases();

  /** Asks the program to end (TERM to its process group); does nothing when it is over. */
  void terminate();

  /** Ends every process inside; does nothing when it is over. */
  void kill();

  /** Completes when the program is over, whoever watched it; never completes exceptionally. */
  CompletableFuture<Exit> exited();

  /** Consumption now; zeros for what cannot be read any more. */
  Usage usage();

  /** Frees everything, running or not. May be called again, also after it failed. */
  void destroy();
}
