package bellows.cloudcontroller.history;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Change sets as people would tell them. Pure. */
final class ChangeWords {
  private static final int SHORT_GUID = 8;

  private ChangeWords() {}

  /** One sentence for each thing that a person would call a change; may be empty. */
  static List<String> of(ChangeSet set) {
    List<String> words = new ArrayList<>();
    for (Change change : set.changes()) {
      switch (change.kind()) {
        case APP -> app(change, words);
        case PROCESS -> process(change, words);
        case PLACEMENT -> placement(change, words);
      }
    }
    return List.copyOf(words);
  }

  private static void app(Change change, List<String> words) {
    JsonNode was = change.was();
    JsonNode became = change.became();
    if (became == null) {
      return;
    }
    if (was == null) {
      words.add("created");
      return;
    }
    if (change.changed("name")) {
      words.add("renamed from %s to %s".formatted(text(was, "name"), text(became, "name")));
    }
    if (change.changed("droplet_guid")) {
      words.add(
          "droplet %s".formatted(change(guid(was, "droplet_guid"), guid(became, "droplet_guid"))));
    }
    if (change.changed("desired_state")) {
      words.add(text(became, "desired_state").equals("STARTED") ? "started" : "stopped");
    }
  }

  private static void process(Change change, List<String> words) {
    JsonNode was = change.was();
    JsonNode became = change.became();
    if (was == null || became == null) {
      @Nullable JsonNode there = was == null ? became : was;
      if (there != null && !there.path("deployment_guid").isNull()) {
        words.add(
            "%s process of a deployment %s"
                .formatted(text(there, "type"), was == null ? "added" : "removed"));
      }
      return;
    }
    String type = text(became, "type");
    if (change.changed("instances")) {
      words.add(
          "scaled %s %s"
              .formatted(type, change(text(was, "instances"), text(became, "instances"))));
    }
    if (change.changed("memory_mb")) {
      words.add(
          "memory of %s %s MB"
              .formatted(type, change(text(was, "memory_mb"), text(became, "memory_mb"))));
    }
    if (change.changed("disk_mb")) {
      words.add(
          "disk of %s %s MB"
              .formatted(type, change(text(was, "disk_mb"), text(became, "disk_mb"))));
    }
    if (change.changed("droplet_guid")) {
      words.add(
          "%s runs droplet %s"
              .formatted(type, change(guid(was, "droplet_guid"), guid(became, "droplet_guid"))));
    } else if (change.changed("version")) {
      words.add("%s restarted".formatted(type));
    }
  }

  private static void placement(Change change, List<String> words) {
    JsonNode was = change.was();
    JsonNode became = change.became();
    if (was == null && became != null) {
      words.add(
          "instance #%s placed on %s".formatted(text(became, "instance_index"), place(became)));
    } else if (became == null && was != null) {
      words.add("instance #%s removed from %s".formatted(text(was, "instance_index"), place(was)));
    } else if (was != null && became != null && change.changed("host")) {
      words.add(
          "instance #%s moved from %s to %s"
              .formatted(text(became, "instance_index"), text(was, "host"), text(became, "host")));
    } else if (became != null && (change.changed("port") || change.changed("address"))) {
      words.add(
          "instance #%s reached at %s".formatted(text(became, "instance_index"), place(became)));
    }
  }

  private static String place(JsonNode placement) {
    String host = text(placement, "host");
    return placement.path("port").asInt() > 0
        ? "%s, %s:%s".formatted(host, text(placement, "address"), text(placement, "port"))
        : host;
  }

  private static String change(String was, String became) {
    return was + " -> " + became;
  }

  private static String guid(JsonNode facts, String field) {
    String guid = facts.path(field).asString("");
    return guid.isEmpty() ? "none" : guid.substring(0, Math.min(SHORT_GUID, guid.length()));
  }

  private static String text(JsonNode facts, String field) {
    return facts.path(field).asString("");
  }
}
