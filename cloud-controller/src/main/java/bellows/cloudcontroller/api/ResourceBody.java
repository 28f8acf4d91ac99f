package bellows.cloudcontroller.api;

import bellows.http.Reply;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Builds the JSON of a resource: {@code guid, created_at, updated_at}, its own fields, {@code
 * relationships, metadata, links}, in this order.
 */
public final class ResourceBody {
  private final Links to;
  private final Map<String, @Nullable Object> fields = new LinkedHashMap<>();
  private final Map<String, @Nullable Object> relationships = new LinkedHashMap<>();
  private final Map<String, @Nullable Object> links = new LinkedHashMap<>();
  private @Nullable Metadata metadata;

  private ResourceBody(Links to) {
    this.to = to;
  }

  public static ResourceBody of(Links to, String guid, Instant createdAt, Instant updatedAt) {
    return bare(to)
        .put("guid", guid)
        .put("created_at", Timestamps.text(createdAt))
        .put("updated_at", Timestamps.text(updatedAt));
  }

  /** For what has no guid of its own. */
  public static ResourceBody bare(Links to) {
    return new ResourceBody(to);
  }

  /**
   * @param value null is written as null
   */
  public ResourceBody put(String name, @Nullable Object value) {
    fields.put(name, value);
    return this;
  }

  /** Left out when the value is null. */
  public ResourceBody putIfPresent(String name, @Nullable Object value) {
    if (value != null) {
      fields.put(name, value);
    }
    return this;
  }

  /** {@code relationships.name.data.guid}; {@code data: null} when there is none. */
  public ResourceBody toOne(String name, @Nullable String guid) {
    relationships.put(name, Relationship.one(guid));
    return this;
  }

  /** {@code relationships.name.data[].guid}. */
  public ResourceBody toMany(String name, List<String> guids) {
    relationships.put(name, Relationship.many(guids));
    return this;
  }

  public ResourceBody metadata(Metadata metadata) {
    this.metadata = metadata;
    return this;
  }

  /** A link; each {@code %s} in the path is one of the guids, escaped. */
  public ResourceBody link(String name, String path, String... guids) {
    links.put(name, to.link(path, guids));
    return this;
  }

  /** A link that is not read by GET. */
  public ResourceBody action(String name, String method, String path, String... guids) {
    links.put(name, to.action(method, path, guids));
    return this;
  }

  /** The whole object, in order. */
  public Map<String, @Nullable Object> fields() {
    Map<String, @Nullable Object> all = new LinkedHashMap<>(fields);
    if (!relationships.isEmpty()) {
      all.put("relationships", relationships);
    }
    if (metadata != null) {
      all.put("metadata", metadata);
    }
    if (!links.isEmpty()) {
      all.put("links", links);
    }
    return all;
  }

  /** 200 or 201 with this body. */
  public Reply reply(int status) {
    return Reply.json(status, fields());
  }

  /** As {@link #reply} with the resources that this one refers to. */
  public Reply reply(int status, List<Included> included) {
    Map<String, @Nullable Object> all = fields();
    if (!included.isEmpty()) {
      all.put("included", Included.body(included));
    }
    return Reply.json(status, all);
  }
}
