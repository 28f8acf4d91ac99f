/** Packages, droplets, buildpacks and build caches, by key. */
@NullMarked
package bellows.blobstore;

import org.jspecify.annotations.NullMarked;
