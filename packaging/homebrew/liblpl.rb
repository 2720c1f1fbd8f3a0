# packaging/homebrew/liblpl.rb - brew install --formula ./liblpl.rb
class Liblpl < Formula
  desc "Latent Predictive Learning: local, self-supervised plasticity"
  homepage "https://doi.org/10.1038/s41593-023-01460-y"
  url "https://example.invalid/lpl-0.1.1.tar.gz"
  sha256 "0000000000000000000000000000000000000000000000000000000000000000"
  license "BSD-3-Clause"

  depends_on "pkgconf" => :build
  depends_on "blis"
  depends_on "libpng"
  depends_on :linux
  depends_on "zlib"

  def install
    words = ["CC=#{ENV.cc}", "DEMO=shared", "LDFLAGS=-Wl,-rpath,#{lib} #{ENV.ldflags}"]
    system "make", "all", "lpl-demo", *words
    system "make", "install", "prefix=#{prefix}", *words
  end

  test do
    (testpath/"test.c").write <<~C
      #include <lpl.h>
      #include <stdio.h>
      int main(void) { return puts(lpl_version()) < 0; }
    C
    system ENV.cc, "test.c", "-I#{include}", "-L#{lib}", "-llpl", "-Wl,-rpath,#{lib}", "-o", "test"
    assert_equal version.to_s, shell_output("./test").chomp
    system bin/"lpl-demo", "--list"
  end
end
