# packaging/vcpkg/liblpl/portfile.cmake - vcpkg install liblpl --overlay-ports=packaging/vcpkg
vcpkg_download_distfile(archive
  URLS "https://example.invalid/lpl-${VERSION}.tar.gz"
  FILENAME "lpl-${VERSION}.tar.gz"
  SHA512 0)
vcpkg_extract_source_archive(source ARCHIVE "${archive}")
vcpkg_check_features(OUT_FEATURE_OPTIONS features FEATURES openmp LPL_OPENMP blis LPL_BLIS)
vcpkg_cmake_configure(SOURCE_PATH "${source}" OPTIONS ${features} -DLPL_INSTALL=ON)
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(PACKAGE_NAME lpl CONFIG_PATH lib/cmake/lpl)
vcpkg_fixup_pkgconfig()
file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/debug/include" "${CURRENT_PACKAGES_DIR}/debug/share")
vcpkg_install_copyright(FILE_LIST "${source}/COPYING")
