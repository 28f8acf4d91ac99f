package bellows.cloudcontroller.api;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.statement.Query;

/**
 * A table whose rows are resources, and what every kind of resource asks of it in the same words. A
 * store keeps one and writes out only the SQL that is its own.
 *
 * <pre>{@code
 * new ResourceTable<>(
 *     "builds", "b", "select b.*, a.space_guid",
 *     "from builds b join apps a on a.guid = b.app_guid", BuildStore::build);
 * }</pre>
 *
 * @param name of the table that has the resources' guids
 * @param alias of that table in {@code from}
 * @param select {@code select ...}, what {@code mapper} reads
 * @param from {@code from ...} with its joins, one row for each resource
 */
public record ResourceTable<T>(
    String name, String alias, String select, String from, RowMapper<T> mapper) {

  /** Without joins. */
  public static <T> ResourceTable<T> of(String name, String alias, RowMapper<T> mapper) {
    return new ResourceTable<>(
        name, alias, "select " + alias + ".*", "from " + name + " " + alias, mapper);
  }

  public Optional<T> find(Handle db, String guid) {
    return query(db, "where %s.guid = :guid".formatted(alias))
        .bind("guid", guid)
        .map(mapper)
        .findOne();
  }

  /** As {@link #find}; nobody else changes the row until the transaction ends. */
  public Optional<T> findForUpdate(Handle db, String guid) {
    return query(db, "where %1$s.guid = :guid for update of %1$s".formatted(alias))
        .bind("guid", guid)
        .map(mapper)
        .findOne();
  }

  /**
   * Those of the guids that exist.
   *
   * @param order what follows {@code order by}
   */
  public List<T> findAll(Handle db, Collection<String> guids, String order) {
    return query(db, "where %s.guid = any(:guids) order by %s".formatted(alias, order))
        .bind("guids", guids.toArray(String[]::new))
        .map(mapper)
        .list();
  }

  /** A page of the list that {@code where} leaves. */
  public Page<T> page(Handle db, Where where) {
    return where.page(db, select, from, mapper);
  }

  /**
   * A query of the store's own, to be bound and mapped.
   *
   * @param rest what follows {@code from}: {@code where ... order by ...}
   */
  public Query query(Handle db, String rest) {
    return db.createQuery(select + " " + from + " " + rest);
  }

  public void setMetadata(Handle db, String guid, Metadata metadata) {
    db.createUpdate(
            """
            update %s
            set labels = cast(:labels as jsonb), annotations = cast(:annotations as jsonb),
                updated_at = now()
            where guid = :guid\
            """
                .formatted(name))
        .bind("guid", guid)
        .bindMap(metadata.columns())
        .execute();
  }

  /** Does nothing when the row is gone. */
  public void delete(Handle db, String guid) {
    db.createUpdate("delete from %s where guid = :guid".formatted(name))
        .bind("guid", guid)
        .execute();
  }
}
