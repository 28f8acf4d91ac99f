package bellows.dea.instances;

import bellows.base.time.Scheduler;
import bellows.contracts.dea.InstanceState;
import bellows.contracts.dea.StartInstance;
import bellows.contracts.ids.InstanceId;
import bellows.dea.capacity.Capacity;
import bellows.dea.health.HealthPlan;
import bellows.dea.health.HealthWatch;
import bellows.dea.sleep.SleepRule;
import bellows.warden.Container;
import bellows.warden.Exit;
import bellows.warden.WardenException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives an instance a fresh container while the one that it has still serves: the fresh one is
 * brought up beside it, from one moment to the next the kernel sends new connections there, and the
 * old one ends when those whom it serves are done. Who calls meanwhile notices nothing.
 *
 * <p>Thread-safe; one at a time for each instance, so that there are two containers at most.
 */
final class HandOver {
  private static final Logger log = LoggerFactory.getLogger(HandOver.class);
  private static final Duration LOOK_EVERY = Duration.ofMillis(250);

  /** Whoever was sent to the old one has got there by then. */
  private static final Duration ON_THE_WAY = Duration.ofSeconds(1);

  /** As long as a router waits for an answer. */
  private static final Duration LONGEST_FAREWELL = Duration.ofMinutes(15);

  /** What it needs of an instance's life. */
  interface Life {
    /** When a fresh container of the instance is healthy. */
    HealthPlan health(Instance instance);

    /** Watches the health and the end of the container that the instance has now. */
    void takeCharge(Instance instance, Container container);

    /** Another try makes sense after another lifetime; on success its container is another one. */
    void renewed(Instance instance);

    /**
     * Tells the program to end, and ends it when it does not.
     *
     * @return completes when it is over, or cannot be ended either
     */
    CompletableFuture<Exit> terminate(Instance instance, Container container);

    void say(Instance instance, String text);

    void execute(Runnable task);
  }

  private final ContainerRecipe recipe;
  private final Capacity capacity;
  private final Scheduler scheduler;
  private final Life life;
  private final Map<InstanceId, Relief> underway = new ConcurrentHashMap<>();

  HandOver(ContainerRecipe recipe, Instances.Neighbours neighbours, Life life) {
    this.recipe = recipe;
    this.capacity = neighbours.capacity();
    this.scheduler = neighbours.scheduler();
    this.life = life;
  }

  /**
   * One hand-over; its lock orders the switch, the ends of both containers, and the call to end.
   */
  private static final class Relief {
    private final Instance instance;
    private final Container old;
    private Instance.@Nullable Resources beside;
    private boolean switched;
    private boolean unwanted;
    private boolean over;
    private @Nullable Runnable afterwards;
    private final Set<Container> told = new HashSet<>();

    private Relief(Instance instance, Container old) {
      this.instance = instance;
      this.old = old;
    }

    /** The fresh container is there; false when nobody wants it any more. */
    private synchronized boolean has(Instance.Resources fresh) {
      beside = fresh;
      return !unwanted;
    }

    private synchronized boolean switched() {
      return switched;
    }

    /** Makes the fresh container the instance's own; empty when one of the two has ended. */
    private synchronized Optional<Instance.Resources> swap(Instance.Resources fresh) {
      if (over || unwanted) {
        return Optional.empty();
      }
      Optional<Instance.Resources> before = instance.replace(old, fresh);
      if (before.isPresent()) {
        switched = true;
        beside = before.get();
      }
      return before;
    }

    /** Nothing is left beside the instance's own container; who waits for that is returned. */
    private synchronized Optional<Runnable> finish() {
      over = true;
      return Optional.ofNullable(afterwards);
    }

    /** Wants an end; false when there was one already. */
    private synchronized boolean endThen(Runnable then) {
      unwanted = true;
      afterwards = then;
      return !over;
    }

    private synchronized Optional<Instance.Resources> beside() {
      return Optional.ofNullable(beside);
    }

    /** Whether this is the first to say that the container is over. */
    private synchronized boolean isNews(Container ended) {
      return told.add(ended);
    }
  }

  /**
   * Begins, unless one is underway.
   *
   * @return false when it cannot be done now, for want of room for two
   */
  boolean begin(Instance instance) {
    Optional<Container> old = instance.container();
    if (old.isEmpty() || instance.state() != InstanceState.RUNNING) {
      return false;
    }
    Relief relief = new Relief(instance, old.get());
    if (underway.putIfAbsent(instance.id(), relief) != null) {
      return true;
    }
    StartInstance.Limits limits = instance.limits();
    if (capacity.reserve(share(instance), limits.mem(), limits.disk()).isPresent()) {
      underway.remove(instance.id());
      return false;
    }
    life.say(instance, "Starting a fresh container beside the old one after its longest lifetime");
    bringUp(relief);
    return true;
  }

  /** Whether a container is being brought up that is to take over. */
  boolean bringsUp(Instance instance) {
    Relief relief = underway.get(instance.id());
    return relief != null && !relief.switched();
  }

  /**
   * Ends what is beside the instance's own container.
   *
   * @param then run when it is gone
   * @return false when there is nothing
   */
  boolean end(Instance instance, Runnable then) {
    Relief relief = underway.get(instance.id());
    if (relief == null || !relief.endThen(then)) {
      return false;
    }
    relief.beside().ifPresent(resources -> terminate(relief, resources));
    return true;
  }

  private void terminate(Relief relief, Instance.Resources resources) {
    var _ =
        life.terminate(relief.instance, resources.container())
            .thenRun(() -> life.execute(() -> ended(relief, resources)));
  }

  private static String share(Instance instance) {
    return instance.id().value() + "/beside";
  }

  private void bringUp(Relief relief) {
    Instance instance = relief.instance;
    Instance.Resources fresh;
    try {
      fresh = recipe.run(instance, recipe.prepare(instance));
    } catch (RuntimeException e) {
      log.atWarn().addKeyValue("instance", instance.id()).setCause(e).log("hand_over.failed");
      failed(relief, e instanceof StartFailure ? "" + e.getMessage() : "the platform failed");
      finish(relief);
      return;
    }
    Container container = fresh.container();
    HealthWatch watch =
        new HealthWatch(container, life.health(instance), new Listener(relief, fresh), scheduler);
    var _ =
        container
            .exited()
            .thenRun(() ->
                life.execute(() -> {
                  watch.close();
                  ended(relief, fresh);
                }));
    if (relief.has(fresh)) {
      watch.start();
    } else {
      terminate(relief, fresh);
    }
  }

  private final class Listener implements HealthWatch.Listener {
    private final Relief relief;
    private final Instance.Resources fresh;

    private Listener(Relief relief, Instance.Resources fresh) {
      this.relief = relief;
      this.fresh = fresh;
    }

    @Override
    public void healthy() {
      life.execute(() -> switchOver(relief, fresh));
    }

    @Override
    public void notHealthyInTime() {
      terminate(relief, fresh);
    }

    @Override
    public void notHealthyAnyMore() {
      terminate(relief, fresh);
    }
  }

  /** Before the fresh one has taken over, its end is none of the instance's; after it, it is. */
  private void ended(Relief relief, Instance.Resources resources) {
    boolean isOld = resources.container().equals(relief.old);
    if ((!isOld && relief.switched()) || !relief.isNews(resources.container())) {
      return;
    }
    if (!isOld) {
      failed(relief, "it did not come up");
    }
    release(relief, resources);
  }

  private void failed(Relief relief, String why) {
    life.say(relief.instance, "The old container goes on without a fresh one: " + why);
    life.renewed(relief.instance);
  }

  private void switchOver(Relief relief, Instance.Resources fresh) {
    Instance instance = relief.instance;
    if (!instance.room().hold()) {
      // It is just looked at whether it may sleep.
      boolean serves = instance.container().filter(relief.old::equals).isPresent();
      if (serves) {
        scheduler.after(LOOK_EVERY, () -> life.execute(() -> switchOver(relief, fresh)));
      } else {
        terminate(relief, fresh);
      }
      return;
    }
    try {
      Optional<Instance.Resources> before = relief.swap(fresh);
      if (before.isEmpty()) {
        terminate(relief, fresh);
        return;
      }
      lead(instance, before.get().container(), fresh.container());
      log.atInfo()
          .addKeyValue("app", instance.app())
          .addKeyValue("instance", instance.id())
          .log("instance.renewed");
      life.say(instance, "A fresh container has taken over");
      farewell(relief, before.get());
    } finally {
      instance.room().arrived();
    }
  }

  /** From now on callers come to the fresh one. */
  private void lead(Instance instance, Container old, Container fresh) {
    try {
      fresh.connect();
      old.disconnect();
    } catch (WardenException e) {
      // One of them has ended meanwhile, which is told by its exit.
      log.atDebug().addKeyValue("instance", instance.id()).setCause(e).log("hand_over.late");
    }
    instance.room().servedAt(SleepCycle.address(fresh.ip()));
    instance.unwatch();
    life.takeCharge(instance, fresh);
    // Routers give up the connections to the old one that they keep for later.
    life.renewed(instance);
  }

  private void farewell(Relief relief, Instance.Resources old) {
    var _ = old.container().exited().thenRun(() -> life.execute(() -> ended(relief, old)));
    Duration after = relief.instance.rule().map(SleepRule::after).orElse(SleepRule.QUIET);
    Duration silence = after.compareTo(SleepRule.QUIET) < 0 ? SleepRule.QUIET : after;
    Drain.begin(
        old.container(),
        new Drain.Patience(ON_THE_WAY, silence, LONGEST_FAREWELL),
        scheduler,
        life::execute,
        () -> terminate(relief, old));
  }

  private void release(Relief relief, Instance.Resources ended) {
    try {
      recipe.release(ended);
    } catch (RuntimeException e) {
      // The warden keeps its record, and the next sweep tries again.
      log.atWarn().addKeyValue("instance", relief.instance.id()).setCause(e).log("container.left");
    }
    relief.instance.hasNot(ended.container().id());
    finish(relief);
  }

  private void finish(Relief relief) {
    capacity.release(share(relief.instance));
    underway.remove(relief.instance.id(), relief);
    relief.finish().ifPresent(Runnable::run);
  }
}
