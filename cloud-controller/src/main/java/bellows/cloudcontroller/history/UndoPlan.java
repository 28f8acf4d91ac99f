package bellows.cloudcontroller.history;

import bellows.cloudcontroller.placements.PlacementMoves.Place;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What has to be done to take a change set back, given what is true now: what was changed again
 * since and is as it was before needs nothing, and what will not run then stands nowhere. Pure.
 *
 * @param droplet the one to run again; null leaves it
 * @param started the desired state to go back to; null leaves it
 * @param sizes by process guid
 * @param hosts where the instance stood
 */
record UndoPlan(
    @Nullable String droplet,
    @Nullable Boolean started,
    Map<String, Size> sizes,
    Map<Place, String> hosts) {

  /** A process's size; null leaves a part. */
  record Size(@Nullable Integer instances, @Nullable Integer memoryMb, @Nullable Integer diskMb) {
    boolean isNothing() {
      return instances == null && memoryMb == null && diskMb == null;
    }
  }

  /**
   * What is true now.
   *
   * @param sizes of the app's processes
   * @param hosts of the app's placements
   */
  record Now(
      @Nullable String droplet,
      boolean started,
      Map<String, Size> sizes,
      Map<Place, String> hosts) {}

  static UndoPlan of(ChangeSet set, Now now) {
    String droplet = null;
    Boolean started = null;
    Map<String, Size> sizes = new LinkedHashMap<>();
    Map<Place, String> hosts = new LinkedHashMap<>();
    for (Change change : set.changes()) {
      JsonNode was = change.was();
      if (was == null) {
        continue; // what was added goes when the numbers are what they were
      }
      if (change.changed("droplet_guid")
          && droplet == null
          && was.path("droplet_guid").isString()) {
        droplet = was.path("droplet_guid").asString();
      }
      switch (change.kind()) {
        case APP -> {
          if (change.changed("desired_state") && started == null) {
            started = was.path("desired_state").asString().equals("STARTED");
          }
        }
        case PROCESS -> {
          Size current = now.sizes().get(change.key());
          if (current != null) {
            sizes.putIfAbsent(
                change.key(),
                new Size(
                    back(change, "instances", current.instances()),
                    back(change, "memory_mb", current.memoryMb()),
                    back(change, "disk_mb", current.diskMb())));
          }
        }
        case PLACEMENT -> {
          if (change.became() == null || change.changed("host")) {
            hosts.putIfAbsent(
                new Place(was.path("process_guid").asString(), was.path("instance_index").asInt()),
                was.path("host").asString());
          }
        }
      }
    }
    sizes.values().removeIf(Size::isNothing);
    boolean runs = started == null ? now.started() : started;
    hosts
        .entrySet()
        .removeIf(entry ->
            entry.getValue().equals(now.hosts().get(entry.getKey()))
                || !runs
                || entry.getKey().index() >= instances(entry.getKey().process(), sizes, now));
    return new UndoPlan(
        (droplet == null || droplet.equals(now.droplet())) ? null : droplet,
        (started == null || started == now.started()) ? null : started,
        sizes,
        hosts);
  }

  boolean isNothing() {
    return droplet == null && started == null && sizes.isEmpty() && hosts.isEmpty();
  }

  /** How many the process has once it is taken back; 0 when it is gone. */
  private static int instances(String process, Map<String, Size> sizes, Now now) {
    for (Map<String, Size> each : List.of(sizes, now.sizes())) {
      Size size = each.get(process);
      if (size != null && size.instances() != null) {
        return size.instances();
      }
    }
    return 0;
  }

  private static @Nullable Integer back(Change change, String field, @Nullable Integer current) {
    JsonNode was = change.was();
    if (was == null || !change.changed(field)) {
      return null;
    }
    Integer before = was.path(field).asInt();
    return before.equals(current) ? null : before;
  }
}
