package bellows.base.lifecycle;

import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A list of components started in order and closed backwards; a failed start closes what ran. */
public final class Components implements Component {
  private static final Logger log = LoggerFactory.getLogger(Components.class);

  private final List<Component> all;
  private final List<Component> running = new ArrayList<>();

  public Components(List<? extends Component> all) {
    this.all = List.copyOf(all);
  }

  @Override
  public synchronized void start() {
    if (!running.isEmpty()) {
      return;
    }
    for (Component component : all) {
      running.add(component);
      try {
        component.start();
      } catch (RuntimeException | Error e) {
        close();
        throw e;
      }
    }
  }

  @Override
  public synchronized void close() {
    for (Component component : running.reversed()) {
      try {
        component.close();
      } catch (RuntimeException e) {
        log.atWarn()
            .addKeyValue("component", component.getClass().getSimpleName())
            .setCause(e)
            .log("component.close_failed");
      }
    }
    running.clear();
  }
}
