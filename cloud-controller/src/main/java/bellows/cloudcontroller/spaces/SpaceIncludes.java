package bellows.cloudcontroller.spaces;

import bellows.cloudcontroller.api.Call;
import bellows.cloudcontroller.api.Included;
import bellows.cloudcontroller.organizations.Organization;
import bellows.cloudcontroller.organizations.OrganizationStore;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** What {@code include=space} and {@code include=space.organization} add to what lies in spaces. */
public final class SpaceIncludes {
  public static final String SPACE = "space";
  public static final String SPACE_ORGANIZATION = "space.organization";

  private final SpaceStore spaces = new SpaceStore();
  private final OrganizationStore organizations = new OrganizationStore();

  /**
   * @param wanted values of {@code include}; others than the two are left to the caller
   */
  public List<Included> of(
      Handle db, Call call, Collection<String> wanted, List<String> spaceGuids) {
    boolean withOwners = wanted.contains(SPACE_ORGANIZATION);
    if (!withOwners && !wanted.contains(SPACE)) {
      return List.of();
    }
    List<Included> included = new ArrayList<>();
    List<Space> found = spaces.findAll(db, spaceGuids);
    included.add(Included.of("spaces", found, space -> space.body(call.links())));
    if (withOwners) {
      List<Organization> owners =
          organizations.findAll(db, found.stream().map(Space::organizationGuid).toList());
      included.add(
          Included.of("organizations", owners, organization -> organization.body(call.links())));
    }
    return included;
  }
}
