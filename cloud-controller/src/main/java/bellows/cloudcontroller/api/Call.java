package bellows.cloudcontroller.api;

import bellows.cmdb.Database;
import bellows.http.Reply;
import bellows.http.Request;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** A request by someone whose token is good. Used by the request's thread only. */
public final class Call {
  private static final int MAX_BODY_BYTES = 4 << 20;

  private final Request request;
  private final Caller caller;
  private final Database database;
  private final boolean writes;

  /**
   * @param writes whether the operation may change anything
   */
  Call(Request request, Caller caller, Database database, boolean writes) {
    this.request = request;
    this.caller = caller;
    this.database = database;
    this.writes = writes;
  }

  public Request request() {
    return request;
  }

  public Caller caller() {
    return caller;
  }

  /** The path parameter {@code :guid}. */
  public String guid() {
    return request.pathParam("guid");
  }

  /** The path parameter of that name. */
  public String path(String name) {
    return request.pathParam(name);
  }

  /** Absolute links as this client reaches us. */
  public Links links() {
    return new Links(request.baseUrl());
  }

  /**
   * The body's fields; call {@link Fields#done} after reading them. An empty body is an empty
   * object.
   *
   * @throws bellows.http.CfError 400 when it is no JSON object
   */
  public Fields fields() {
    return Fields.parse(request.body(MAX_BODY_BYTES));
  }

  /**
   * The change that the body of a resource without other changeable fields asks for.
   *
   * @throws bellows.http.CfError 422 when the body says anything else
   */
  public Metadata.Change metadata() {
    Fields fields = fields();
    Metadata.Change change = fields.metadata();
    fields.done();
    return change;
  }

  /**
   * @throws bellows.http.CfError 400 when a parameter is unknown or wrong
   */
  public ListQuery list(ListSpec spec) {
    return ListQuery.parse(request, spec);
  }

  /**
   * The values of {@code include} in the query of a single resource, which takes no other
   * parameter.
   */
  public Set<String> include(String... allowed) {
    return new LinkedHashSet<>(
        ListQuery.parse(request, ListSpec.single(Arrays.asList(allowed))).include());
  }

  /**
   * Commits when {@code work} returns, rolls back when it throws. What it changes was changed by
   * the caller, for the history.
   */
  public <T extends @Nullable Object> T inTransaction(Function<Handle, T> work) {
    return database.inTransaction(db -> {
      if (writes) {
        Database.actAs(db, caller.actor());
      }
      return work.apply(db);
    });
  }

  public void useTransaction(Consumer<Handle> work) {
    inTransaction(db -> {
      work.accept(db);
      return true;
    });
  }

  /** A page of a list whose rows are presented one by one, without included resources. */
  public <T> Reply page(ListQuery query, Page<T> page, Function<T, ResourceBody> presenter) {
    return page(query, page, presenter, List.of());
  }

  /** As above with resources that the list's refer to. */
  public <T> Reply page(
      ListQuery query, Page<T> page, Function<T, ResourceBody> presenter, List<Included> included) {
    return Reply.ok(
        PageBody.of(
            request,
            query,
            page.total(),
            page.items().stream().map(item -> presenter.apply(item).fields()).toList(),
            included));
  }
}
