package bellows.dea.testing;

import bellows.base.files.Trees;
import bellows.warden.Connection;
import bellows.warden.Container;
import bellows.warden.ContainerSpec;
import bellows.warden.Exit;
import bellows.warden.StartPhases;
import bellows.warden.Traffic;
import bellows.warden.Usage;
import bellows.warden.Warden;
import bellows.warden.WardenException;
import bellows.warden.WarmSlots;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Containers that are only files and states; the test is what runs inside. Thread-safe. */
public final class FakeWarden implements Warden {
  private final Path directory;
  private final Map<String, FakeContainer> containers = new LinkedHashMap<>();
  private final Map<Integer, Long> traffic = new LinkedHashMap<>();
  private final Set<Integer> unanswered = new HashSet<>();
  private Consumer<FakeContainer> whenStarted = container -> {};
  private Runnable connecting = () -> {};
  private boolean dyingOnTerm = true;
  private int killsToLose;
  private boolean refusing;
  private boolean blind;
  private int failsEach;
  private int starts;

  public FakeWarden(Path directory) {
    this.directory = directory;
  }

  /** What happens just before callers are sent to a container. */
  public synchronized void whenConnected(Runnable action) {
    connecting = action;
  }

  private synchronized Runnable connecting() {
    return connecting;
  }

  /** What each container does as soon as it is started. */
  public synchronized void whenStarted(Consumer<FakeContainer> action) {
    whenStarted = action;
  }

  /** Programs that ignore TERM have to be killed. */
  public synchronized void ignoreTerm() {
    dyingOnTerm = false;
  }

  /**
   * So many kills have no effect from now on, and nothing can be destroyed before they are over.
   */
  public synchronized void loseKills(int count) {
    killsToLose = count;
  }

  private synchronized boolean losesKill() {
    return killsToLose > 0 && killsToLose-- > 0;
  }

  private synchronized boolean losesKills() {
    return killsToLose > 0;
  }

  /** From now on no container can be made, or they can again. */
  public synchronized void refuse(boolean refuses) {
    refusing = refuses;
  }

  /** From now on nothing can be seen of ports, listeners and connections, or it can again. */
  public synchronized void blind(boolean blinds) {
    blind = blinds;
  }

  private synchronized void look() {
    if (blind) {
      throw new IllegalStateException("injected");
    }
  }

  /** One start in so many fails, as of a runtime that is not quite well; 0 for none. */
  public synchronized void failEach(int count) {
    failsEach = count;
    starts = 0;
  }

  private synchronized boolean failsNow() {
    return failsEach > 0 && starts++ % failsEach == 0;
  }

  /** The container that was made last and still is. */
  public synchronized FakeContainer newest() {
    return new ArrayList<>(containers.values()).getLast();
  }

  @Override
  public synchronized Container create(ContainerSpec spec) {
    if (refusing) {
      throw new WardenException(WardenException.Failure.CREATE_FAILED, "refused", null);
    }
    FakeContainer container = new FakeContainer(spec, directory.resolve(spec.id()));
    if (containers.putIfAbsent(spec.id(), container) != null) {
      throw new WardenException(WardenException.Failure.ALREADY_THERE, spec.id(), null);
    }
    return container;
  }

  @Override
  public synchronized Optional<Container> find(String id) {
    return Optional.ofNullable(containers.get(id));
  }

  @Override
  public synchronized List<Container> containers() {
    return List.copyOf(containers.values());
  }

  @Override
  public synchronized void openPort(int hostPort) {
    traffic.putIfAbsent(hostPort, 0L);
  }

  @Override
  public synchronized void closePort(int hostPort) {
    traffic.remove(hostPort);
  }

  @Override
  public synchronized Set<Integer> openPorts() {
    return Set.copyOf(traffic.keySet());
  }

  /** Something moves on the port. */
  public synchronized void move(int hostPort) {
    traffic.computeIfPresent(hostPort, (_, packets) -> packets + 1);
  }

  /** A client asks something at the port. */
  public synchronized void ask(int hostPort) {
    move(hostPort);
    unanswered.add(hostPort);
  }

  /** The container answers at the port. */
  public synchronized void answer(int hostPort) {
    move(hostPort);
    unanswered.remove(hostPort);
  }

  @Override
  public synchronized Set<Integer> unanswered() {
    look();
    return Set.copyOf(unanswered);
  }

  @Override
  public synchronized Map<Integer, Traffic> traffic() {
    look();
    Map<Integer, Traffic> counts = new LinkedHashMap<>();
    traffic.forEach((port, packets) -> counts.put(port, new Traffic(packets, packets * 100)));
    return counts;
  }

  @Override
  public WarmSlots warmSlots() {
    return WarmSlots.NONE;
  }

  @Override
  public void removeAll() {
    containers().forEach(Container::destroy);
  }

  @Override
  public void start() {}

  @Override
  public void close() {}

  private synchronized void forget(String id) {
    containers.remove(id);
  }

  private synchronized Consumer<FakeContainer> program() {
    return whenStarted;
  }

  private synchronized boolean diesOnTerm() {
    return dyingOnTerm;
  }

  /** A container whose program is the test. */
  public final class FakeContainer implements Container {
    private final ContainerSpec spec;
    private final Path files;
    private final CompletableFuture<Exit> exited = new CompletableFuture<>();
    private List<Connection> served = List.of();
    private boolean connected = true;
    private boolean jammed;
    private boolean started;
    private boolean listening;

    private FakeContainer(ContainerSpec spec, Path files) {
      this.spec = spec;
      this.files = files;
      try {
        Files.createDirectories(home());
        Files.createFile(stdout());
        Files.createFile(stderr());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** Opens or closes the app's port. */
    public synchronized void listen(boolean listens) {
      listening = listens;
    }

    /** The program is over. */
    public void exit(int status, boolean outOfMemory) {
      exited.complete(new Exit(status, outOfMemory));
    }

    /** The program prints. */
    public void print(boolean error, String text) {
      try {
        Files.writeString(error ? stderr() : stdout(), text, StandardOpenOption.APPEND);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public String id() {
      return spec.id();
    }

    @Override
    public ContainerSpec spec() {
      return spec;
    }

    @Override
    public String ip() {
      return "127.0.0.1";
    }

    @Override
    public Path home() {
      return files.resolve("home");
    }

    @Override
    public Path disk() {
      return files;
    }

    @Override
    public void start() {
      if (failsNow()) {
        throw new WardenException(WardenException.Failure.START_FAILED, "injected", null);
      }
      synchronized (this) {
        started = true;
      }
      program().accept(this);
    }

    @Override
    public synchronized OptionalInt pid() {
      return started && !exited.isDone() ? OptionalInt.of(1) : OptionalInt.empty();
    }

    @Override
    public <T> T inside(Supplier<T> look) {
      return look.get();
    }

    @Override
    public boolean listening(int containerPort) {
      look();
      return isListening();
    }

    private synchronized boolean isListening() {
      return listening && pid().isPresent();
    }

    @Override
    public Path stdout() {
      return files.resolve("stdout");
    }

    @Override
    public Path stderr() {
      return files.resolve("stderr");
    }

    @Override
    public void discardLog(Path file, long upTo) {}

    /** From now on its port can be neither opened nor closed, or it can again. */
    public synchronized void jam(boolean jams) {
      jammed = jams;
    }

    @Override
    public void connect() {
      connecting().run();
      connected(true);
    }

    @Override
    public void disconnect() {
      connected(false);
    }

    private synchronized void connected(boolean wanted) {
      if (jammed) {
        throw new WardenException(WardenException.Failure.SWITCH_FAILED, "injected", null);
      }
      connected = wanted;
    }

    /** Whom it serves. */
    public synchronized void serves(List<Connection> clients) {
      served = List.copyOf(clients);
    }

    @Override
    public List<Connection> connections() {
      look();
      return served();
    }

    private synchronized List<Connection> served() {
      return served;
    }

    @Override
    public synchronized boolean connected() {
      return connected;
    }

    @Override
    public StartPhases startPhases() {
      return StartPhases.NONE;
    }

    @Override
    public void terminate() {
      if (diesOnTerm()) {
        exit(143, false);
      }
    }

    @Override
    public void kill() {
      if (!losesKill()) {
        exit(137, false);
      }
    }

    @Override
    public CompletableFuture<Exit> exited() {
      return exited;
    }

    @Override
    public Usage usage() {
      return new Usage(1 << 20, 0, 1 << 20);
    }

    @Override
    public void destroy() {
      if (losesKills()) {
        throw new WardenException(WardenException.Failure.DESTROY_FAILED, "injected", null);
      }
      forget(spec.id());
      exit(137, false);
      Trees.delete(files);
    }
  }
}
