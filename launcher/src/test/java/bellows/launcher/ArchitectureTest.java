package bellows.launcher;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Instant;

/** What javac cannot check; which module may use which is in the poms. */
@AnalyzeClasses(packages = "bellows", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  @ArchTest
  static final ArchRule noPackageCyclesInsideAModule =
      slices().matching("bellows.(*).(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule timeOnlyThroughTheScheduler =
      noClasses()
          .that(not(resideInAPackage("bellows.base.time..")))
          .and(not(resideInAPackage("..testing..")))
          .and(not(resideInAPackage("bellows.cli..")))
          .should()
          .callMethod(Instant.class, "now")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .because("a test must own the time; the client is a program of its own");

  @ArchTest
  static final ArchRule testingPackagesOnlyFromTests =
      noClasses()
          .that(not(resideInAPackage("..testing..")))
          .and(not(resideInAPackage("bellows.testkit..")))
          .should()
          .dependOnClassesThat()
          .resideInAPackage("bellows..testing..");

  @ArchTest
  static final ArchRule noPackageNamedAfterNothing =
      noClasses()
          .should()
          .resideInAnyPackage("..util..", "..impl..", "..common..", "..helper..", "..helpers..");

  @ArchTest
  static final ArchRule noReflectionOnOurselves =
      noClasses()
          .that(nameMatching("bellows\\..*"))
          .should()
          .callMethod(Class.class, "forName", String.class)
          .because("what runs is what one reads");
}
