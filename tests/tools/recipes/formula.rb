# ruby formula.rb FORMULA.rb: loads a Homebrew formula with a stand-in for the class Formula, runs its install and
# prints what it is told.
class Formula
  class << self
    %w[desc homepage url sha256 license depends_on].each do |word|
      define_method(word) { |*said| puts "#{word}: #{said.join(' ')}" }
    end
    def test(&block) = (@test = block)
    def tested? = !@test.nil?
  end
  def prefix = "/prefix"
  def lib = "/prefix/lib"
  def system(*words) = puts("run: #{words.join(' ')}")
end
def ENV.cc = "cc"
def ENV.ldflags = ""
load ARGV[0]
Liblpl.new.install
abort "the formula has no test" unless Liblpl.tested?
puts "end of the formula"
