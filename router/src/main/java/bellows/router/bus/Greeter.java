package bellows.router.bus;

import bellows.base.lifecycle.Component;
import bellows.bus.MessageBus;
import bellows.contracts.Subjects;
import bellows.contracts.routing.RouterGreeting;
import org.jspecify.annotations.Nullable;

/**
 * Asks everybody to register: with router.start at start and whenever the bus was away, and in
 * answer to router.greet.
 */
public final class Greeter implements Component {
  private final MessageBus bus;
  private final RouterGreeting greeting;
  private MessageBus.@Nullable Subscription greets;

  public Greeter(MessageBus bus, RouterGreeting greeting) {
    this.bus = bus;
    this.greeting = greeting;
  }

  @Override
  public void start() {
    if (greets == null) {
      greets = bus.subscribe(Subjects.ROUTER_GREET, incoming -> incoming.reply(greeting));
      bus.onReconnect(this::ask);
      ask();
    }
  }

  private void ask() {
    if (greets != null) {
      bus.publish(Subjects.ROUTER_START, greeting);
    }
  }

  @Override
  public void close() {
    if (greets != null) {
      greets.close();
      greets = null;
    }
  }
}
