package bellows.dea.sleep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import bellows.dea.sleep.Presence.Entry;
import bellows.dea.sleep.Presence.Phase;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Every order in which the steps of callers, the sleeper and the waker can fall, in a model of the
 * kernel: its map sends a new connection to the container or to the activator, its counter counts
 * what comes to the port. In none of them is a caller sent to a program that is not there or is
 * being ended, in none do two containers run, and none ends with a caller unserved.
 */
class PresenceTest {
  private static final int CALLERS = 4;
  private static final int SLEEPS = 3;

  /** Where a caller is. */
  private enum Caller {
    OUTSIDE,
    /** Met by the activator, which has not asked yet. */
    HELD,
    WAITING,
    /** Sent to the program, but not there yet. */
    SENT,
    /** Connected: its bytes count in the kernel. */
    THERE,
    SERVED
  }

  /** What the one who puts it to sleep does next. */
  private enum Sleeper {
    READS,
    LEAVES,
    CLOSES_THE_WAY,
    READS_AGAIN,
    STOPS,
    OPENS_THE_WAY_AGAIN,
    STAYS,
    ENDS_THE_PROGRAM,
    IS_DONE
  }

  /** What the one who wakes it does next. */
  private enum Waker {
    RESTS,
    STARTS,
    TELLS,
    OPENS_THE_WAY,
    HAS_ARRIVED
  }

  private record World(
      Presence presence,
      List<Caller> callers,
      Sleeper sleeper,
      int sleepsLeft,
      int counter,
      int reading,
      Waker waker,
      int containers,
      boolean way) {

    private static World awake() {
      return new World(
          Presence.AWAKE,
          List.copyOf(Collections.nCopies(CALLERS, Caller.OUTSIDE)),
          Sleeper.READS,
          SLEEPS,
          0,
          0,
          Waker.RESTS,
          1,
          true);
    }

    private World with(Presence next) {
      return new World(
          next, callers, sleeper, sleepsLeft, counter, reading, waker, containers, way);
    }

    private World with(int caller, Caller next) {
      List<Caller> changed = new ArrayList<>(callers);
      changed.set(caller, next);
      return new World(
          presence,
          List.copyOf(changed),
          sleeper,
          sleepsLeft,
          counter,
          reading,
          waker,
          containers,
          way);
    }

    private World with(Sleeper next) {
      return new World(
          presence, callers, next, sleepsLeft, counter, reading, waker, containers, way);
    }

    private World with(Waker next) {
      return new World(
          presence, callers, sleeper, sleepsLeft, counter, reading, next, containers, way);
    }

    private World counted() {
      return new World(
          presence, callers, sleeper, sleepsLeft, counter + 1, reading, waker, containers, way);
    }

    private World read() {
      return new World(
          presence, callers, sleeper, sleepsLeft, counter, counter, waker, containers, way);
    }

    private World way(boolean open) {
      return new World(
          presence, callers, sleeper, sleepsLeft, counter, reading, waker, containers, open);
    }

    private World containers(int count) {
      return new World(presence, callers, sleeper, sleepsLeft, counter, reading, waker, count, way);
    }

    private World oneSleepLess() {
      return new World(
          presence,
          callers,
          Sleeper.READS,
          sleepsLeft - 1,
          counter,
          reading,
          waker,
          containers,
          way);
    }
  }

  /** False leaves the second look at the counter out, to see that the walk finds what it is for. */
  private boolean looksTwice = true;

  private List<World> after(World world) {
    List<World> next = new ArrayList<>();
    for (int i = 0; i < CALLERS; i++) {
      World moved = caller(world, i);
      if (!moved.equals(world)) {
        next.add(moved);
      }
    }
    World slept = sleeper(world);
    if (!slept.equals(world)) {
      next.add(slept);
    }
    World woken = waker(world);
    if (!woken.equals(world)) {
      next.add(woken);
    }
    return next;
  }

  private World caller(World world, int caller) {
    return switch (world.callers().get(caller)) {
      case OUTSIDE ->
          world.way()
              ? world.counted().with(caller, Caller.THERE)
              : world.with(caller, Caller.HELD);
      case HELD -> {
        Presence.Step<Entry> step = world.presence().enter();
        World entered = world.with(step.next());
        yield switch (step.outcome()) {
          case SERVED -> entered.with(caller, Caller.SENT);
          case WAIT -> entered.with(caller, Caller.WAITING);
          case START -> {
            assertThat(world.waker()).isEqualTo(Waker.RESTS);
            yield entered.with(caller, Caller.WAITING).with(Waker.STARTS);
          }
        };
      }
      case SENT -> world.counted().with(caller, Caller.THERE).with(world.presence().arrived());
      case THERE -> world.with(caller, Caller.SERVED);
      case WAITING, SERVED -> world;
    };
  }

  private World sleeper(World world) {
    return switch (world.sleeper()) {
      // It was idle for long: nobody who is connected is still waiting for an answer.
      case READS ->
          world.sleepsLeft() == 0 || world.callers().contains(Caller.THERE)
              ? world
              : world.read().with(Sleeper.LEAVES);
      case LEAVES -> {
        Presence.Step<Boolean> step = world.presence().leave();
        yield step.outcome()
            ? world.with(step.next()).with(Sleeper.CLOSES_THE_WAY)
            : world.oneSleepLess();
      }
      case CLOSES_THE_WAY -> world.way(false).with(Sleeper.READS_AGAIN);
      case READS_AGAIN ->
          world.with(
              !looksTwice || world.counter() == world.reading()
                  ? Sleeper.STOPS
                  : Sleeper.OPENS_THE_WAY_AGAIN);
      case STOPS -> {
        Presence.Step<Boolean> step = world.presence().stop();
        yield world
            .with(step.next())
            .with(step.outcome() ? Sleeper.ENDS_THE_PROGRAM : Sleeper.OPENS_THE_WAY_AGAIN);
      }
      case OPENS_THE_WAY_AGAIN -> world.way(true).with(Sleeper.STAYS);
      case STAYS -> world.with(world.presence().stay()).oneSleepLess();
      case ENDS_THE_PROGRAM -> {
        assertThat(world.callers()).as(world.toString()).doesNotContain(Caller.SENT, Caller.THERE);
        yield world.containers(world.containers() - 1).with(Sleeper.IS_DONE);
      }
      case IS_DONE -> {
        Presence.Step<Boolean> step = world.presence().gone();
        World gone = world.with(step.next()).oneSleepLess();
        if (!step.outcome()) {
          yield gone;
        }
        assertThat(world.waker()).isEqualTo(Waker.RESTS);
        yield gone.with(Waker.STARTS);
      }
    };
  }

  private World waker(World world) {
    return switch (world.waker()) {
      case RESTS -> world;
      case STARTS -> {
        assertThat(world.containers()).as(world.toString()).isZero();
        yield world.containers(1).with(Waker.TELLS);
      }
      case TELLS -> {
        World told = world;
        int waiting = 0;
        for (int i = 0; i < CALLERS; i++) {
          if (world.callers().get(i) == Caller.WAITING) {
            told = told.with(i, Caller.SENT);
            waiting++;
          }
        }
        yield told.with(world.presence().woke(waiting)).with(Waker.OPENS_THE_WAY);
      }
      case OPENS_THE_WAY -> world.way(true).with(Waker.HAS_ARRIVED);
      case HAS_ARRIVED -> world.with(world.presence().arrived()).with(Waker.RESTS);
    };
  }

  @Test
  void losesNobodyAndStartsNothingTwiceInAnyOrderOfSteps() {
    walk();
  }

  @Test
  void wouldLoseSomebodyWithoutTheSecondLook() {
    looksTwice = false;
    assertThatThrownBy(this::walk).isInstanceOf(AssertionError.class).hasMessageContaining("THERE");
  }

  private void walk() {
    Set<World> seen = new HashSet<>();
    Deque<World> open = new ArrayDeque<>();
    open.add(World.awake());
    int ends = 0;
    Set<Phase> phases = new HashSet<>();
    while (!open.isEmpty()) {
      World world = open.removeFirst();
      if (!seen.add(world)) {
        continue;
      }
      phases.add(world.presence().phase());
      assertThat(world.containers()).as(world.toString()).isBetween(0, 1);
      if (world.way() || world.callers().contains(Caller.THERE)) {
        assertThat(world.containers()).as(world.toString()).isEqualTo(1);
      }
      List<World> next = after(world);
      if (next.isEmpty()) {
        ends++;
        assertThat(world.callers()).as(world.toString()).containsOnly(Caller.SERVED);
        assertThat(world.presence().arriving()).isZero();
        assertThat(world.way()).isEqualTo(world.presence().phase() == Phase.AWAKE);
      }
      open.addAll(next);
    }
    assertThat(phases).containsExactlyInAnyOrder(Phase.values());
    assertThat(ends).isGreaterThan(1);
    assertThat(seen.size()).isGreaterThan(10_000);
  }
}
