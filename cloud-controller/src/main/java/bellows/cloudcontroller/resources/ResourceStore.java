package bellows.cloudcontroller.resources;

import bellows.cloudcontroller.api.Caller;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/**
 * Which files each org has sent before. Knowing a digest must not give access to the bytes of
 * somebody else, so a caller is told only of what was sent to orgs where it may push itself,
 * although every content is stored once.
 */
final class ResourceStore {
  /** Those of the digests that the caller could have sent, and which are so long. */
  Set<String> known(Handle db, Caller caller, Map<String, Long> sizeBySha1) {
    Set<String> known = new HashSet<>();
    db.createQuery(
            """
            update resources set last_used_at = now()
            where sha1 = any(:digests) and (:everywhere or organization_guid in (
              select s.organization_guid from roles r join spaces s on s.guid = r.space_guid
              where r.user_guid = :caller and r.type = 'space_developer'))
            returning sha1, size_bytes\
            """)
        .bind("digests", sizeBySha1.keySet().toArray(String[]::new))
        .bind("everywhere", caller.isAdmin())
        .bind("caller", caller.guid())
        .map((row, _) -> {
          String sha1 = row.getString("sha1");
          if (Long.valueOf(row.getLong("size_bytes")).equals(sizeBySha1.get(sha1))) {
            known.add(sha1);
          }
          return sha1;
        })
        .list();
    return known;
  }

  void add(Handle db, String organization, Collection<Resource> resources) {
    for (Resource resource : resources) {
      db.createUpdate(
              """
              insert into resources (organization_guid, sha1, size_bytes)
              values (:org, :sha1, :bytes)
              on conflict (organization_guid, sha1) do update set last_used_at = now()\
              """)
          .bind("org", organization)
          .bind("sha1", resource.sha1())
          .bind("bytes", resource.bytes())
          .execute();
    }
  }

  /** A file's content. */
  record Resource(String sha1, long bytes) {}
}
